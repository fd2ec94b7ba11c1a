"""Shape: what can be said of a line without knowing its language or its neighbours."""

import re
from dataclasses import dataclass

from transforms.writing import CJK, CLOSERS, STOPS

#: Longer lines are never boilerplate by their words; it also bounds what matching costs.
MAX_KEY_CHARS = 800
#: Words and sentences are counted this far into a line: no threshold is as high as what a longer one holds.
MEASURED_CHARS = 10_000
#: Words from which a line counts as prose even if it ends without a full stop.
LONG_WORDS = 25
#: Words from which a line that ends like a sentence counts as prose.
SENTENCE_WORDS = 3

_WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
_ASCII_WORD = re.compile("[0-9A-Za-z]+")
#: Characters that alone count as half a word.
_HALF_WORD = re.compile("[\u3040-\uffff]")
_NUMBER = re.compile(r"\d+")
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[©#]")
_BULLET = re.compile(r"[•◦▪●■►▶‣⁃∙·*\-–—]\s+|\d{1,2}[.)]\s+")
_CLOSERS = CLOSERS + " \u00a0"
#: Cut off, perhaps with a link's words after it: "… Read more".
_CUT = re.compile(r"(?:\.\.\.|…)[\s\])]*(?:[^\W\d_]+\s?){0,4}[»>→]?$")
#: A stop inside a line: followed by white space and no lower case letter, or an ideographic one.
#: The sign comes first in the pattern, so that the search runs from one sign to the next.
_SENTENCE_BREAK = re.compile(r"[.!?…।۔؟。！？](?:(?<=[。！？])|(?<=\w\w.)[\"'”’»“)\]]*\s+(?=[^\sa-z]))")
_BREAKS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
#: White space (as `str.isspace` has it) and signs without width.
_BLANK = "".join(
    map(
        chr,
        (
            *(*range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0xAD, 0x1680, *range(0x2000, 0x200C)),
            *(0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A line and its measures.

    Attributes:
        text: The line, trimmed; never empty.
        key: Its words in lower case, numbers as `#`, one space around each; empty for long lines.
        words: Number of words, of a very long line those in its beginning; a CJK character counts half.
        sentences: Number of sentences, likewise; 1 at least.
        closed: Whether it ends like a sentence.
        bullet: Whether it is an item of a list.
    """

    text: str
    key: str
    words: float
    sentences: int
    closed: bool
    bullet: bool

    @property
    def prose(self) -> bool:
        """Whether it reads like a sentence or a paragraph rather than a label, a link or a heading."""
        return self.words >= (SENTENCE_WORDS if self.closed else LONG_WORDS)

    @property
    def truncated(self) -> bool:
        """Whether it was cut off, as teasers are."""
        return _CUT.search(self.text[-60:]) is not None


def split_lines(text: str) -> list[str]:
    """Returns the lines of `text`, trimmed, without those that show nothing."""
    return [line for piece in _BREAKS.split(text) if (line := piece.strip(_BLANK))]


def shape_of(text: str) -> Shape:
    """Measures a trimmed line."""
    measured = text[:MEASURED_CHARS]
    words = (_ASCII_WORD if measured.isascii() else _WORD).findall(measured)
    halves = sum(1 for word in words if _HALF_WORD.fullmatch(word)) if _HALF_WORD.search(measured) else 0
    core = text[-40:].rstrip(_CLOSERS)
    return Shape(
        text=text,
        key=key_of(text) if len(text) <= MAX_KEY_CHARS else "",
        words=len(words) - 0.5 * halves,
        sentences=1 + sum(match.end() < len(text) for match in _SENTENCE_BREAK.finditer(measured)),
        closed=core.endswith(tuple(STOPS)),
        bullet=_BULLET.match(text) is not None,
    )


def key_of(text: str) -> str:
    """Returns the words of `text` in lower case, numbers as `#`, one space around each."""
    folded = text.casefold().replace("i\u0307", "i")  # what casefold makes of the Turkish İ
    return f" {_NUMBER.sub('#', ' '.join(_TOKEN.findall(folded)))} "
