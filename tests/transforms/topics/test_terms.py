import sys

import pytest

from transforms.topics.folding import fold_text
from transforms.topics.terms import compile_term, spans


def test_folding_keeps_the_offset_of_every_character_there_is() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    folded = fold_text(everything)
    assert folded.offsets is not None
    kept = [(at, letter) for at, letter in zip(folded.offsets, folded.text, strict=True)]
    assert {at for at, _ in kept} == set(range(len(everything)))
    assert all(
        letter == everything[at].lower()
        for at, letter in kept
        if letter.isascii() and letter != " " and at < 128
    )
    assert fold_text("İZMİR’s Straße\n—x ΣΟΦΟΣ").text == "izmir s straße  x σοφοσ"


@pytest.mark.parametrize(
    ("text", "folded"),
    [("TikTok禁令", "tiktok 禁令"), ("चुनाव में", "चुनाव में"), ("ปี2021", "ปี 2021")],
)
def test_marks_are_letters_and_scripts_without_spaces_stand_apart(text: str, folded: str) -> None:
    assert fold_text(text).text == folded


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("ban", "A ban.", True),
        ("ban", "A bank, urban", False),
        ("*verbot*", "das TikTok-Verbotsgesetz", True),
        ("*verbot", "Verbote", False),
        ("verbot*", "Parteiverbot", False),
        ("einstweilig* verfügung*", "der einstweiligen\nVerfügungen", True),
        ("einstweilig* verfügung*", "einstweilige, Verfügung", False),
        ("ein*misch*", "sich einzumischen", True),
        ("left * platform", "He left the platform", True),
        ("left * platform", "He left, platform", False),
        ("l'embargo", "levée de l’embargo", True),
        ("anti-trust", "an anti‑trust case", True),
        ("straßenschlacht*", "STRASSENSCHLACHTEN", True),
        ("straßenschlacht*", "Straßenschluchten", False),
        ("制裁", "对俄制裁措施", True),
        ("tiktok", "TikTok禁令", True),
        ("tiktok禁令", "美国的TikTok禁令", True),
        ("เลือกตั้ง", "การเลือกตั้งทั่วไป", True),
        ("रूसी", "रूसी सेना", True),
        ("रूस", "रूसी सेना", False),
        ("ışık*", "IŞIKLAR", True),
        ("νόμος", "ΝΌΜΟΣ", True),
    ],
)
def test_a_term_is_found_where_its_words_are(term: str, text: str, found: bool) -> None:
    folded = fold_text(f" {text} ").text
    found_at = [
        place
        for pattern in compile_term(term)
        if (start := folded.find(pattern.literal)) >= 0
        for place in spans(folded, [(0, start, start + len(pattern.literal))], [[(*pattern[1:], None)]])
    ]
    assert bool(found_at) is found
