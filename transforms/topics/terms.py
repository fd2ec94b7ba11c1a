"""Terms: a term of the rule language as what an automaton searches and what is checked on its hits."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from transforms.topics.folding import fold_term, is_spaceless

_WILD = "[^ ]*"
_ONE_WORD = "[^ ]+"


class Edge(Enum):
    """What has to be at an end of a term."""

    WORD = "word"  # the end of a word: the space is part of the pattern
    OPEN = "open"  # any letters more: the find is widened to the word
    ANYWHERE = "anywhere"  # anything: a script without spaces


@dataclass(frozen=True, slots=True)
class Pattern:
    """A term, compiled.

    Attributes:
        literal: What is searched for in folded text.
        rest: What must follow right behind it; None: nothing more.
        left: What has to be before the literal.
        right: What has to be behind the whole.
    """

    literal: str
    rest: re.Pattern[str] | None
    left: Edge
    right: Edge

    def span(self, folded: str, start: int, end: int) -> tuple[int, int] | None:
        """Returns the words of folded text that a hit of the literal stands for; None where it is none."""
        if self.rest is not None:
            match = self.rest.match(folded, end)
            if match is None:
                return None
            end = match.end()
        if self.left is Edge.WORD:
            start += 1
        elif self.left is Edge.OPEN:
            start = folded.rfind(" ", 0, start) + 1
        if self.right is Edge.WORD:
            end -= 1
        elif self.right is Edge.OPEN:
            end = folded.find(" ", end)
        return start, end


def compile_term(term: str) -> tuple[Pattern, ...]:
    """Returns the patterns that find a term in folded text: one, or one more for `ss` in place of `ß`.

    A term begins and ends with a letter, a mark, a digit or `*`, as `schemas.taxonomy_reader` sees to.
    """
    spellings = dict.fromkeys((term, term.replace("ß", "ss")))
    return tuple(_compiled(spelling) for spelling in spellings)


def finds_whole(patterns: Iterable[Pattern], text: str) -> bool:
    """Tells whether one of the patterns finds a text from end to end."""
    folded = f" {fold_term(text)} "
    whole = (1, len(folded) - 1)
    for pattern in patterns:
        start = folded.find(pattern.literal)
        while start >= 0:
            if pattern.span(folded, start, start + len(pattern.literal)) == whole:
                return True
            start = folded.find(pattern.literal, start + 1)
    return False


def _compiled(term: str) -> Pattern:
    bare = term.strip("*")
    pieces = [fold_term(piece) for piece in bare.split("*")]
    left, right = _edge(term[0], pieces[0][0]), _edge(term[-1], pieces[-1][-1])
    pieces[0] = " " * (left is Edge.WORD) + pieces[0]
    pieces[-1] += " " * (right is Edge.WORD)
    if len(pieces) == 1:
        return Pattern(pieces[0], None, left, right)
    rest = "".join(
        (_ONE_WORD if before.endswith(" ") and after.startswith(" ") else _WILD) + re.escape(after)
        for before, after in pairwise(pieces)
    )
    return Pattern(pieces[0], re.compile(rest), left, right)


def _edge(end: str, letter: str) -> Edge:
    if is_spaceless(letter):
        return Edge.ANYWHERE
    return Edge.OPEN if end == "*" else Edge.WORD
