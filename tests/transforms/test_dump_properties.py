import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from transforms.dump import DumpText, clean_dump

WORDS = (
    *("der", "die", "Rat", "Brücke", "Selke", "hat", "und", "am", "Mai", "bridge", "council", "of", "橋"),
    *("мост", "said", "we", "you", "12", "2024", "“Ja”", "Foto", "..."),
)
SENTENCES = st.lists(st.sampled_from(WORDS), min_size=2, max_size=45).map(lambda words: " ".join(words) + ".")
LABELS = st.sampled_from(
    (
        *("Die Brücke bleibt nun doch", "Wie es weitergeht", "Was kostet Brücke 1?", "Was kostet Brücke 2?"),
        *("Read more", "Lire aussi", "Most popular", "Topics", "About the author", "Anzeige", "Share"),
        *("3 Comments", "2 responses to “Brücke”", "Ann Ash says:", "Reply", "Leave a comment", "• Aue"),
        *("By Rike Ohlsen", "Von", "Rike Ohlsen", "5 May 2024", "date 2020-11", "updated 2020-11-12 Brücke"),
        *("Foto: Jo Ax / Bildhaus", "© 2024 Bote", "(dpa)", "0%1%2%3%", "<div>", "This site uses cookies."),
    )
)
ODD = st.text(st.characters(exclude_categories=()), max_size=60)  # with NUL, surrogates, signs of no width
TEXTS = st.lists(st.one_of(SENTENCES, SENTENCES, LABELS, ODD), max_size=30).map("\n".join)
TITLES = st.one_of(st.none(), st.just(""), LABELS, ODD)


def visible(text: str) -> str:
    return "".join(letter for letter in text if not letter.isspace() and letter not in "\u200b\ufeff\u00ad")


@settings(deadline=None)
@given(TEXTS, TITLES)
def test_text_is_made_of_lines_of_the_input_in_order(text: str, title: str | None) -> None:
    cleaned = clean_dump(text, title)
    assert cleaned.text == "\n".join(line.block.text for line in cleaned.lines if line.reason is None)
    assert visible("".join(line.block.text for line in cleaned.lines)) == visible(text)
    position = 0
    for line in cleaned.lines:
        position = text.index(line.block.text, position) + len(line.block.text)


def assert_settled(once: DumpText) -> None:
    assert clean_dump(once.text, once.title or "").text == once.text


@settings(deadline=None)
@example(
    "we und 12 bridge und die hat Selke of der 2024 2024 Selke und we Mai und Selke.\n"
    "Wie es weitergeht\nAlready a subscriber?\n5 May 2024",  # what is left of it is judged otherwise
    None,
)
@given(TEXTS, TITLES)
def test_cleaning_twice_changes_nothing(text: str, title: str | None) -> None:
    assert_settled(clean_dump(text, title))


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_a_document_is_judged_alike_whatever_was_cleaned_before(text: str, other: str) -> None:
    first = clean_dump(text)
    clean_dump(other)
    assert clean_dump(text) == first


@pytest.mark.parametrize(
    "text",
    [
        "a" * 5_000_000,
        "Wort. " * 800_000,
        "date 2020-11 " * 400_000,
        "(" * 1_000_000,
        "\n" * 1_000_000,
        " \u2003\u200b" * 100_000,
        "\0\ud800\n" * 1000,
        "Read more\nEin Titel\n" * 20_000,
        "Most popular\nEin Titel\nEin kurzer Satz für den Leser.\n" * 10_000,
        "© " * 1_000_000,
        "\n".join(f"Was kostet Brücke {number}?" for number in range(3000)),
    ],
)
def test_huge_and_odd_inputs_end_and_settle(text: str) -> None:
    assert_settled(clean_dump(text))
