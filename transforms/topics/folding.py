"""Folding: how terms and texts are made comparable, every offset kept."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

#: Scripts written without spaces (Thai, Lao, Burmese, Khmer, kana, Han): there a term may begin anywhere.
_SPACELESS = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF),
    (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip
_FIRST_SPACELESS = chr(_SPACELESS[0][0])
_ANY_SPACELESS = re.compile("[{}]".format("".join(f"{chr(first)}-{chr(last)}" for first, last in _SPACELESS)))
#: Turkish dotted and dotless i, and the sigma at the end of Greek words.
_SAME = {"İ": "i", "ı": "i", "ς": "σ"}
_SPACE = 0x20
#: A line that ends within a sentence may be a wrapped one, so it does not end a paragraph.
_SENTENCE_ENDS = frozenset(".!?…:。！？")
_CLOSING = "\"'»«”“’)]"
#: The planes of Unicode that have letters with upper and lower case.
_CASED = 0x20000

Codes = npt.NDArray[np.uint32]


class FoldedText(NamedTuple):
    """A text as it is searched.

    Attributes:
        text: In lower case, a space for all but letters, marks and digits. Between a script without spaces
            and another there is a space, too.
        words: For each character, the number of words begun so far; in scripts without spaces each is one.
        offsets: For each character, its offset in the text as it was; None: that is its index.
    """

    text: str
    words: Sequence[int]
    offsets: Sequence[int] | None


def fold_text(text: str) -> FoldedText:
    """Returns a text, or a term, as it is searched.

    All kinds of quotes and hyphens are spaces; `ß` stays, `İ` and `ı` become a plain `i`, a final sigma a
    common one.
    """
    encoded = text.encode("utf-32-le", "replace")
    codes = _table_of_codes().take(np.frombuffer(encoded, dtype="<u4"), mode="clip")
    spaceless = None if codes.max(initial=0) < _SPACELESS[0][0] else _table_of_spaceless()[codes]
    offsets = None
    if spaceless is not None and spaceless.any():
        letter = codes != _SPACE
        borders = np.flatnonzero((spaceless[1:] != spaceless[:-1]) & letter[1:] & letter[:-1]) + 1
        offsets = np.insert(np.arange(len(codes)), borders, borders)
        codes = np.insert(codes, borders, _SPACE)
        spaceless = _table_of_spaceless()[codes]
    begins = codes != _SPACE
    begins[1:] &= ~begins[:-1] if spaceless is None else ~begins[:-1] | spaceless[1:]
    text = codes.astype("<u4", copy=False).tobytes().decode("utf-32-le")
    return FoldedText(text, begins.cumsum().data, None if offsets is None else offsets.data)


def fold_term(term: str) -> str:
    """Returns a term, or a piece of one, as it stands in the text of `fold_text`."""
    if _ANY_SPACELESS.search(term):
        return fold_text(term).text
    return term.translate(_FOLDING)


def paragraph_ends(text: str) -> Iterator[int]:
    """Yields the offsets behind the paragraphs of a text, not folded."""
    end = 0
    for line in text.split("\n"):
        end += len(line) + 1
        bare = line.rstrip()
        if not bare or bare.rstrip(_CLOSING)[-1:] in _SENTENCE_ENDS:
            yield end


def is_spaceless(character: str) -> bool:
    """Tells whether a character is of a script without spaces."""
    return character >= _FIRST_SPACELESS and _ANY_SPACELESS.match(character) is not None


class _Folding(dict[int, int]):
    """What each code point becomes; found out when first asked."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        is_letter = character.isalnum() or unicodedata.category(character)[0] == "M"
        folded = ord(_SAME.get(character, character).lower()) if is_letter else _SPACE
        return self.setdefault(code, folded)


_FOLDING = _Folding()


@cache
def _table_of_codes() -> Codes:
    """Returns the same as a table."""
    table = np.full(0x110000, _SPACE, dtype=np.uint32)
    table[_CASED:0x40000] = np.arange(_CASED, 0x40000)  # rare Han characters
    table[:_CASED] = [_FOLDING[code] for code in range(_CASED)]
    return table


@cache
def _table_of_spaceless() -> npt.NDArray[np.bool_]:
    table = np.zeros(0x110000, dtype=bool)
    for first, last in _SPACELESS:
        table[first : last + 1] = True
    return table
