"""Terms: a term of the rule language as what an automaton searches and what is checked on its hits."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, TypeVar

from transforms.topics.folding import fold_term, is_spaceless

#: Characters of a term that the automaton searches for; what is behind them is looked at on its hits. More
#: make the automaton larger, and by that slower; fewer bring hits for nothing. With 2,000 topics 12 take two
#: thirds of the time that whole terms take to search for, and half to build.
MAX_LITERAL = 12
_T = TypeVar("_T")
_WILD = "[^ ]*"
_ONE_WORD = "[^ ]+"

#: What has to be at an end of a term: the end of a word, whose space is part of the pattern; any letters
#: more, so that the find is widened to the word; or anything, for scripts without spaces.
Edge = Literal["word", "open", "anywhere"]


class Pattern(NamedTuple):
    """A term, compiled.

    Attributes:
        literal: What is searched for in folded text.
        tail: What must follow right behind it.
        rest: What must follow behind that; None: nothing more.
        left: What has to be before the literal.
        right: What has to be behind the whole.
    """

    literal: str
    tail: str
    rest: re.Pattern[str] | None
    left: Edge
    right: Edge


#: All of a pattern but its literal, and what a find of it brings. Plain tuples of strings and numbers are
#: nothing to the garbage collector, which costs as much as all else where there are a million of them.
Candidate = tuple[str, re.Pattern[str] | None, Edge, Edge, _T]


def spans(
    folded: str, hits: Iterable[tuple[int, int, int]], candidates: Sequence[Iterable[Candidate[_T]]]
) -> list[tuple[int, int, _T]]:
    """Returns where whole terms stand in folded text, from word to word, each with what it brings.

    Args:
        folded: As `fold_text` makes it, with a space at either end.
        hits: Where literals stand: the number of the literal, start, end.
        candidates: For each literal its patterns.
    """
    found = []
    for literal, hit, hit_end in hits:
        for tail, rest, left, right, brought in candidates[literal]:
            start, end = hit, hit_end
            if tail:
                if not folded.startswith(tail, end):
                    continue
                end += len(tail)
            if rest is not None:
                match = rest.match(folded, end)
                if match is None:
                    continue
                end = match.end()
            if left == "word":
                start += 1
            elif left == "open":
                start = folded.rfind(" ", 0, start) + 1
            if right == "word":
                end -= 1
            elif right == "open":
                end = folded.find(" ", end)
            found.append((start, end, brought))
    return found


def compile_term(term: str) -> tuple[Pattern, ...]:
    """Returns the patterns that find a term in folded text: one, or one more for `ss` in place of `ß`.

    A term begins and ends with a letter, a mark, a digit or `*`, as `schemas.taxonomy_reader` sees to.
    """
    if "ß" in term:
        return _compiled(term), _compiled(term.replace("ß", "ss"))
    return (_compiled(term),)


def finds_whole(patterns: Iterable[Pattern], text: str) -> bool:
    """Tells whether one of the patterns finds a text from end to end."""
    folded = f" {fold_term(text)} "
    whole = (1, len(folded) - 1, None)
    for pattern in patterns:
        start = folded.find(pattern.literal)
        while start >= 0:
            hit = (0, start, start + len(pattern.literal))
            if whole in spans(folded, [hit], [[(*pattern[1:], None)]]):
                return True
            start = folded.find(pattern.literal, start + 1)
    return False


def _compiled(term: str) -> Pattern:
    pieces = [fold_term(piece) for piece in term.strip("*").split("*")]
    left, right = _edge(term[0], pieces[0][0]), _edge(term[-1], pieces[-1][-1])
    if left == "word":
        pieces[0] = " " + pieces[0]
    if right == "word":
        pieces[-1] += " "
    first = pieces[0]
    rest = _rest(pieces) if len(pieces) > 1 else None
    return Pattern(first[:MAX_LITERAL], first[MAX_LITERAL:], rest, left, right)


def _rest(pieces: Sequence[str]) -> re.Pattern[str]:
    """Returns what has to follow the first of the pieces that wildcards part a term into."""
    return re.compile(
        "".join(
            (_ONE_WORD if before.endswith(" ") and after.startswith(" ") else _WILD) + re.escape(after)
            for before, after in pairwise(pieces)
        )
    )


def _edge(end: str, letter: str) -> Edge:
    if is_spaceless(letter):
        return "anywhere"
    return "open" if end == "*" else "word"
