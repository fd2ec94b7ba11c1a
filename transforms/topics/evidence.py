"""Evidence: the places in title and text that a topic rests on, and what each was worth."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from schemas import Evidence
from transforms.topics.scoring import Find

#: Pieces of evidence that a tag bears at most: those with the most points.
MAX_EVIDENCE = 20
#: The end of a sentence; that of an abbreviation counts too: it costs no more than a shorter quote.
_SENTENCE_END = re.compile(r"[.!?…][\"'»«”“’)\]]*\s|[。！？\n]")


class Span(NamedTuple):
    """A place in the title or the text.

    Attributes:
        in_title: Whether the offsets are those of the title.
        start: Offset in characters.
        end: Exclusive.
        quote: What stands there.
    """

    in_title: bool
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one find brought or took.

    Attributes:
        clause: The signal, as `Clause` prints it.
        points: With the weight of the place and of repeats.
        spans: What was found; several where terms stand close together over sentences, or anywhere.
    """

    clause: str
    points: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a topic applies to an article, or does not.

    Attributes:
        topic: Its id.
        applies: Whether it does.
        score: As in `Topic.score`; that of the points alone where it does not apply.
        points: Of all signals, less `taken`.
        threshold: Points from which it applies.
        signals: What speaks for it, the most first.
        negatives: What speaks against it, the most first.
        taken: Points that the negatives took away, at most the rule's cap.
        missing: Clauses of `require` that are not found.
    """

    topic: str
    applies: bool
    score: float
    points: float
    threshold: float
    signals: tuple[Contribution, ...]
    negatives: tuple[Contribution, ...]
    taken: float
    missing: tuple[str, ...]


class Joined(NamedTuple):
    """Title and text in one string, as they are searched.

    Attributes:
        whole: The title, an empty line, the text; a line feed at either end, so that no word stands there.
        head: Where the text begins in it.
    """

    whole: str
    head: int

    def places(self, find: Find) -> tuple[tuple[int, int], ...]:
        """Returns what to quote for a find: it whole, or its terms where sentences part them."""
        if find.anywhere or (find.parts and _SENTENCE_END.search(self.whole, find.start, find.end)):
            return find.parts
        return ((find.start, find.end),)

    def span(self, start: int, end: int) -> Span:
        """Returns a place as one in the title or the text."""
        shift = 1 if start < self.head else self.head
        return Span(start < self.head, start - shift, end - shift, self.whole[start:end])


def join(title: str | None, text: str) -> Joined:
    """Returns title and text as they are searched."""
    head = f"\n{title or ''}\n\n"
    return Joined(f"{head}{text}\n", len(head))


def best_evidence(parts: Iterable[tuple[float, Find, str]], joined: Joined) -> tuple[Evidence, ...]:
    """Returns the parts with the most points as evidence in text order, the title first."""
    best = set[tuple[int, int]]()
    for _, find, _ in sorted(parts, key=lambda part: (-part[0], part[1].start)):
        more = best.union(joined.places(find))
        if len(more) > MAX_EVIDENCE:
            break
        best = more
    head, whole = joined.head, joined.whole
    return tuple(
        Evidence(start - head, end - head, whole[start:end])
        if start >= head
        else Evidence(-1, -1, whole[start:end])
        for start, end in sorted(best)
    )


def contributions(parts: Iterable[tuple[float, Find, str]], joined: Joined) -> Iterator[Contribution]:
    """Yields what each find brought, the most first."""
    for gain, find, clause in sorted(parts, key=lambda part: (-part[0], part[1].start, part[2])):
        spans = tuple(joined.span(start, end) for start, end in joined.places(find))
        yield Contribution(clause, gain, spans)
