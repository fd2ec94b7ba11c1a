"""TermSearch: the places in a text where terms of a taxonomy stand, in one pass."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick

from schemas.taxonomy import ANY_LANGUAGE, TermSet
from transforms.topics.folding import FoldedText, fold_text
from transforms.topics.terms import Pattern, compile_term

#: Words put between title and text and between paragraphs, more than any window.
_GAP = 1_000_000
#: A line that ends within a sentence may be a wrapped one, so it does not end a paragraph.
_SENTENCE_ENDS = frozenset(".!?…:。！？")
_CLOSING = "\"'»«”“’)]"

#: The patterns of all terms by language, each with the numbers of the sets that have it.
_Patterns = dict[tuple[str, Pattern], tuple[int, ...]]
#: Where a term stands in folded text, and the numbers of its sets.
_Hit = tuple[int, int, tuple[int, ...]]


class Hits(NamedTuple):
    """Where terms stand in a text, in its order; one row a place, each column a list.

    Attributes:
        starts: Offset in characters of the word that a term begins in.
        ends: Exclusive, of the word that it ends in.
        words: The number of the first word; there is a wide gap between paragraphs.
        sets: The numbers of the sets that have the term.
    """

    starts: list[int]
    ends: list[int]
    words: list[int]
    sets: list[tuple[int, ...]]


class TermSearch:
    """One automaton a language, over the terms of that language and those for any."""

    def __init__(self, numbers: dict[TermSet, int]) -> None:
        """Compiles the terms of sets, each with its number."""
        patterns = _patterns(numbers)
        languages = sorted({language for language, _ in patterns} - {ANY_LANGUAGE}) or [ANY_LANGUAGE]
        self._automata = {language: _Automaton(patterns, language) for language in languages}
        fold_text("")  # its tables, too, are made here and not with the first text

    def find(self, text: str, language: str) -> Hits:
        """Returns the places of terms in a text.

        Args:
            text: Of any script.
            language: A text in one without terms is searched for those of all.
        """
        folded = fold_text(text)
        if automaton := self._automata.get(language):
            hits = automaton.run(folded.text)
        else:
            hits = list({hit for one in self._automata.values() for hit in one.run(folded.text)})
        hits.sort()
        return _placed(hits, folded, text) if hits else Hits([], [], [], [])


class _Automaton:
    def __init__(self, patterns: _Patterns, language: str) -> None:
        entries: dict[str, list[tuple[Pattern, tuple[int, ...]]]] = {}
        for (of, pattern), sets in patterns.items():
            if of in (language, ANY_LANGUAGE):
                entries.setdefault(pattern.literal, []).append((pattern, sets))
        self._automaton = AhoCorasick(list(entries), store_patterns=False)
        self._entries = list(entries.values())

    def run(self, folded: str) -> list[_Hit]:
        hits = []
        for literal, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            for pattern, sets in self._entries[literal]:
                if span := pattern.span(folded, start, end):
                    hits.append((*span, sets))
        return hits


def _placed(hits: list[_Hit], folded: FoldedText, text: str) -> Hits:
    """Returns hits in folded text by their places in the text as it was."""
    starts, ends, sets = zip(*hits, strict=True)
    first, last = np.array(starts), np.array(ends) - 1
    words = folded.words[first]
    if folded.offsets is not None:
        first, last = folded.offsets[first], folded.offsets[last]
    first -= 1  # folded text has a space before the first character
    paragraphs = np.searchsorted(list(_paragraph_ends(text)), first, side="right")
    return Hits(first.tolist(), last.tolist(), (words + paragraphs * _GAP).tolist(), list(sets))


def _paragraph_ends(text: str) -> Iterator[int]:
    end = 0
    for line in text.split("\n"):
        end += len(line) + 1
        bare = line.rstrip()
        if not bare or bare.rstrip(_CLOSING)[-1:] in _SENTENCE_ENDS:
            yield end


def _patterns(numbers: dict[TermSet, int]) -> _Patterns:
    patterns: dict[tuple[str, Pattern], dict[int, None]] = {}
    for terms, number in numbers.items():
        for language, words in terms.terms:
            for pattern in (pattern for word in words for pattern in compile_term(word)):
                patterns.setdefault((language, pattern), {})[number] = None
    return {key: tuple(sets) for key, sets in patterns.items()}
