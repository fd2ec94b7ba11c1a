import sys

import pytest

from transforms.topics.terms import compile_term, fold


def test_folding_keeps_the_offset_of_every_character_there_is() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert len(fold(everything)) == len(everything) + 2
    assert fold("İZMİR’s Straße\n—x") == " izmir s straße  x "


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
        ("制裁", "对俄制裁措施", True),
    ],
)
def test_a_term_is_found_where_its_words_are(term: str, text: str, found: bool) -> None:
    folded = fold(text)
    ends = [
        start + len(pattern.literal)
        for pattern in compile_term(term)
        if (start := folded.find(pattern.literal)) >= 0
        and (pattern.rest is None or pattern.rest.match(folded, start + len(pattern.literal)))
    ]
    assert bool(ends) is found
