"""Scoring: from the finds of a topic's terms to points, and from points to a score."""

import math
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

_BOOST = attrgetter("boost")


class Find(NamedTuple):
    """A place where a term, or several close together, stand.

    Attributes:
        start: Offset in characters.
        end: Exclusive.
        word: The number of the word that it begins with.
        boost: Factor for the place: title, lead or body.
        parts: The terms' own spans, in text order, where it takes several; else none.
        anywhere: Whether they may stand anywhere, so that what is between them is no part of the find.
    """

    start: int
    end: int
    word: int
    boost: float
    parts: tuple[tuple[int, int], ...] = ()
    anywhere: bool = False


def apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Returns spans in text order, less any that overlaps one before; the longer of two at one place."""
    if len(spans) < 2:
        return spans
    kept: list[tuple[int, int]] = []
    last, last_end = -1, -1
    for start, end in sorted(spans):
        if start == last:
            kept[-1] = start, end
        elif start >= last_end:
            kept.append((start, end))
        else:
            continue
        last, last_end = start, end
    return kept


def near(groups: Sequence[Sequence[Find]], within: int) -> list[Find]:
    """Returns the places, apart from each other, where all groups occur within a window of words.

    One sweep over all finds: a window ends at the current find and begins at the earliest of the latest
    finds of each group, so there is none shorter that ends there.
    """
    places: list[Find] = []
    latest: dict[int, Find] = {}
    words = [-math.inf] * len(groups)
    for find, group in sorted([(find, group) for group, finds in enumerate(groups) for find in finds]):
        latest[group] = find
        words[group] = find.word
        if find.word - min(words) <= within:
            first = min(latest.values())
            parts = tuple(sorted({(f.start, f.end) for f in latest.values()}))
            end = max([end for _, end in parts])
            places.append(Find(first.start, end, first.word, first.boost, parts))
            words = [-math.inf] * len(groups)
    return places


def all_of(groups: Sequence[Sequence[Find]]) -> list[Find]:
    """Returns one find where all groups occur: the best placed of each, boosted as the least of them."""
    if not all(groups):
        return []
    best = sorted(max(finds, key=_BOOST) for finds in groups)
    parts = tuple(sorted({(find.start, find.end) for find in best}))
    boost = min(find.boost for find in best)
    return [Find(parts[0][0], parts[-1][1], best[0].word, boost, parts, anywhere=True)]


def outside(finds: list[Find], phrases: Sequence[Find]) -> list[Find]:
    """Returns the finds that do not lie within one of the phrases."""
    if not phrases:
        return finds
    return [f for f in finds if not any(p.start <= f.start and f.end <= p.end for p in phrases)]


def points(finds: list[Find], weight: float, repeat: float) -> list[tuple[float, Find]]:
    """Returns each find with its points: the best placed in full, then ever less by `repeat`."""
    if len(finds) == 1:
        return [(weight * finds[0].boost, finds[0])]
    ranked = sorted(finds, key=_BOOST, reverse=True)
    return [(weight * find.boost * repeat**rank, find) for rank, find in enumerate(ranked)]


def score(total: float, threshold: float) -> float:
    """Maps points to 0–1: 0.5 at the threshold, 0.67 at twice as much. A score, not a probability."""
    return round(total / (total + threshold), 4)
