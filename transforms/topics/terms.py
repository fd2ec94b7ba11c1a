"""Terms: how a term of the rule language and a text are made comparable, offsets kept."""

import re
from dataclasses import dataclass
from itertools import pairwise

#: Scripts written without spaces (Thai, Lao, Burmese, Khmer, kana, Han): there a term may begin anywhere.
SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"

_OTHER = re.compile(r"[^\w ]")
_SPACELESS = re.compile(f"[{SPACELESS}]")
_WORD = re.compile(f"[{SPACELESS}]|[^ {SPACELESS}]+")
_WILD = "[^ ]*"
_ONE_WORD = "[^ ]+"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A term, compiled: `literal` is searched, `rest` (None: nothing more) must follow right behind it."""

    literal: str
    rest: re.Pattern[str] | None


def fold(text: str) -> str:
    """Returns the text with a space at either end, in lower case, a space for all but letters and digits.

    Character i of the text is character i + 1 of the result: `İ`, the one character whose lower case is
    longer than itself, becomes a plain `i`, and `ß` stays. All kinds of quotes and hyphens are spaces.
    """
    return f" {_OTHER.sub(' ', text.replace('İ', 'i').lower())} "


def compile_term(term: str) -> tuple[Pattern, ...]:
    """Returns the patterns that find a term in folded text: one, or one more for `ss` in place of `ß`.

    A term begins and ends with a letter, a digit or `*`, as `schemas.taxonomy` sees to.
    """
    spellings = dict.fromkeys((term, term.replace("ß", "ss")))
    return tuple(_compiled(spelling) for spelling in spellings)


def _compiled(term: str) -> Pattern:
    bare = term.strip("*")
    pieces = [fold(piece)[1:-1] for piece in bare.split("*")]
    pieces[0] = _bound(term[0], pieces[0]) + pieces[0]
    pieces[-1] += _bound(term[-1], pieces[-1][::-1])
    if len(pieces) == 1:
        return Pattern(pieces[0], None)
    rest = "".join(
        (_ONE_WORD if before.endswith(" ") and after.startswith(" ") else _WILD) + re.escape(after)
        for before, after in pairwise(pieces)
    )
    return Pattern(pieces[0], re.compile(rest))


def _bound(edge: str, piece: str) -> str:
    """Returns the space that must stand at this edge of a term, or nothing."""
    return "" if edge == "*" or _SPACELESS.match(piece) else " "


def whole_words(folded: str, start: int, end: int, spaceless: bool) -> tuple[int, int]:
    """Returns the span of a find without spaces at its ends, widened to the words it begins and ends in."""
    if folded[start] == " ":
        start += 1
    elif not spaceless:
        start = folded.rfind(" ", 0, start) + 1
    if folded[end - 1] == " ":
        end -= 1
    elif not spaceless:
        end = folded.find(" ", end)
    return start, end


def is_spaceless(folded: str) -> bool:
    """Tells whether the text has characters of a script without spaces."""
    return not folded.isascii() and _SPACELESS.search(folded) is not None


def count_words(folded: str, spaceless: bool) -> int:
    """Returns the number of words begun in a piece of folded text; there, a character is a word."""
    return len(_WORD.findall(folded)) if spaceless else len(folded.split())
