"""Sample: pieces of a text to look at, and how much they tell."""

import re
from collections.abc import Iterable, Iterator

#: Characters of a piece, and of how many places in the text they are taken.
PIECE_CHARACTERS, PIECES = 160, 6
#: Characters of the rest of a word at the start of a piece, at most; more are of a script without spaces.
LONGEST_WORD = 30

_NO_LETTERS = re.compile(r"[\W\d_]+")


def pieces(text: str, characters: int = PIECE_CHARACTERS, places: int = PIECES) -> list[str]:
    """Returns the middles of so many equal parts of `text`: at its ends boilerplate was left over.

    Args:
        text: Of any length; one that is no longer than all pieces together is there whole, but for words that
            were cut.
        characters: Of a piece, at most.
        places: Number of pieces, at most.
    """
    places = min(places, -(-len(text) // characters))
    return [piece for piece in _pieces(text, characters, places) if piece]


def evidence(sample: Iterable[str], enough: int) -> int:
    """Different groups of three letters, about as many as letters in a text that does not repeat itself.

    Those around a character of a script without spaces (ideographs, kana, hangul) count threefold. No further
    piece is looked at once there is `enough`.
    """
    groups: set[tuple[str, str, str]] = set()
    told = 0
    for piece in sample:
        words = f" {_NO_LETTERS.sub(' ', piece.lower())} "
        letters = {group for group in zip(words, words[1:], words[2:], strict=False) if group[1] != " "}
        told += sum(3 if "\u3040" <= group[1] <= "\ud7af" else 1 for group in letters - groups)
        groups |= letters
        if told >= enough:
            break
    return told


def _pieces(text: str, characters: int, places: int) -> Iterator[str]:
    for place in range(places):
        start, end = len(text) * place // places, len(text) * (place + 1) // places
        spare = max(0, end - start - characters)
        piece = text[start + spare // 2 : end - (spare + 1) // 2]
        head, _, rest = piece.partition(" ")
        was_cut = start + spare > 0 and len(head) < LONGEST_WORD
        yield rest if was_cut and rest else piece
