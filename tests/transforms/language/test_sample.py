import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.language.sample import PIECE_CHARACTERS, PIECES, evidence, pieces

ENOUGH = 10_000


@pytest.mark.parametrize("text", ["", "word", "ein paar Worte", "x" * PIECE_CHARACTERS])
def test_a_short_text_is_one_piece(text: str) -> None:
    assert pieces(text) == [text][: bool(text)]


def test_pieces_come_from_all_parts_of_a_long_text() -> None:
    text = " ".join(f"{number:06}" for number in range(10_000))
    places = [int(piece.split()[1]) for piece in pieces(text)]
    assert len(places) == PIECES
    assert places == sorted(places)
    assert places[0] < 10_000 / PIECES
    assert places[-1] > 10_000 * (PIECES - 1) / PIECES


@pytest.mark.parametrize("words", [40, 60, 100, 130])
def test_a_text_of_a_few_pieces_is_there_whole_but_for_cut_words(words: int) -> None:
    text = " ".join(f"{number:06}" for number in range(words))
    found = {word for piece in pieces(text) for word in piece.split() if len(word) == 6}
    assert words - len(found) <= PIECES
    assert {"000000", f"{words - 1:06}"} <= found


def test_a_script_without_spaces_loses_nothing() -> None:
    text = "".join(chr(0x4E00 + number) for number in range(700)) + " 終"
    assert "".join(pieces(text)).replace(" ", "") == text.replace(" ", "")


@given(st.text(alphabet="ab 漢\n", max_size=5000))
def test_pieces_are_bounded_and_of_the_text(text: str) -> None:
    found = pieces(text)
    assert len(found) <= PIECES
    assert all(piece in text and 0 < len(piece) <= PIECE_CHARACTERS for piece in found)


def test_evidence_counts_what_is_new() -> None:
    once = evidence(["Die Brücke ist gesperrt"], ENOUGH)
    assert once > 12
    assert evidence(["Die Brücke ist gesperrt"] * 9, ENOUGH) == once
    assert evidence(["12.05.2024 – 17:30 §§§"], ENOUGH) == 0
    assert evidence(["橋の工事"], ENOUGH) == 12


def test_evidence_stops_where_there_is_enough() -> None:
    sample = ["Die Brücke ist gesperrt", "und bleibt es vorerst"]
    assert evidence(sample, 5) == evidence(sample[:1], ENOUGH)
    assert evidence(sample, ENOUGH) > evidence(sample, 5)
