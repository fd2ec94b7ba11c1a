"""TermSearch: the places in a text where terms of a taxonomy stand, in one pass."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain

from ahocorasick_rs import AhoCorasick

from schemas.taxonomy import ANY_LANGUAGE, TermSet
from transforms.topics.folding import fold_text
from transforms.topics.terms import Candidate, Pattern, compile_term, spans

#: The words that hits stand for, from and to which character of folded text, by number of the set of terms.
Hits = Mapping[int, Sequence[tuple[int, int]]]


class TermSearch:
    """One automaton a language, over the terms of that language and those for any."""

    def __init__(self, numbers: dict[TermSet, int]) -> None:
        """Compiles the terms of sets, each with its number."""
        languages = {language for terms in numbers for language, words in terms.terms if words}
        compiled = cache(compile_term)  # many terms are in several sets or languages
        self._automata = {
            language: _Automaton(numbers, language, compiled)
            for language in sorted(languages - {ANY_LANGUAGE}) or [ANY_LANGUAGE]
        }
        fold_text("")  # its tables, too, are made here and not with the first text

    def find(self, folded: str, language: str) -> Hits:
        """Returns where terms stand in folded text, by set; in no order, a place perhaps more than once.

        Args:
            folded: As `fold_text` makes it, with a space at either end.
            language: A text in one without terms is searched for those of all.
        """
        automaton = self._automata.get(language)
        searched = [automaton] if automaton else self._automata.values()
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for start, end, sets in chain.from_iterable(one.run(folded) for one in searched):
            for number in sets:
                found[number].append((start, end))
        return found


class _Automaton:
    def __init__(
        self, numbers: dict[TermSet, int], language: str, compiled: Callable[[str], Iterable[Pattern]]
    ) -> None:
        sets: dict[Pattern, tuple[int, ...]] = {}
        for terms, number in numbers.items():
            for of, words in terms.terms:
                if of in (language, ANY_LANGUAGE):
                    for word in words:
                        for pattern in compiled(word):
                            sets[pattern] = *sets.get(pattern, ()), number
        candidates: dict[str, tuple[Candidate[tuple[int, ...]], ...]] = {}
        for (literal, tail, rest, left, right), found in sets.items():
            candidate = tail, rest, left, right, found
            candidates[literal] = *candidates.get(literal, ()), candidate
        self._automaton = AhoCorasick(list(candidates), store_patterns=False)
        self._candidates = list(candidates.values())

    def run(self, folded: str) -> list[tuple[int, int, tuple[int, ...]]]:
        hits = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        return spans(folded, hits, self._candidates)
