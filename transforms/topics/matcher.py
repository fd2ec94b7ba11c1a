"""TopicMatcher: finds the terms of a whole taxonomy in one pass and decides which topics apply."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from schemas import Topic
from schemas.taxonomy import Clause, Scoring, Taxonomy, TermSet, TopicRule
from transforms.topics.evidence import Explanation, Joined, best_evidence, contributions, join
from transforms.topics.folding import FoldedText, fold_text, paragraph_ends
from transforms.topics.scoring import Find, all_of, apart, near, outside, points, score
from transforms.topics.search import Hits, TermSearch

#: Words put between title and text and between paragraphs, more than any window.
_GAP = 1_000_000


class _Clause(NamedTuple):
    groups: tuple[tuple[int, ...], ...]
    within: int
    weight: float
    name: str


class _Rule(NamedTuple):
    topic: TopicRule
    signals: tuple[_Clause, ...]
    require: tuple[_Clause, ...]
    negatives: tuple[_Clause, ...]
    ignore: tuple[int, ...]


#: What a find is worth, the find, and the clause it belongs to.
_Part = tuple[float, Find, str]


class TopicMatcher:
    """The compiled taxonomy. Building it takes a moment: do so once for each worker."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._scoring = taxonomy.scoring
        self._numbers: dict[TermSet, int] = {}
        self._rules = [self._compile_rule(topic) for topic in taxonomy.topics]
        self._weights = self._weights_by_set()
        self._search = TermSearch(self._numbers)

    def tag(self, title: str | None, text: str, language: str) -> tuple[Topic, ...]:
        """Returns the topics of an article, the highest score first.

        Args:
            title: The headline; None if there is none.
            text: The text that the offsets of evidence point into.
            language: ISO 639-1; a text in one without terms, or `und`, is searched for those of all.
        """
        joined = join(title, text)
        places = self._find(joined, language)
        topics = []
        for rule in self._likely_rules(places):
            if result := self._evaluate(rule, places):
                total, parts = result
                quotes = best_evidence(parts, joined)
                topics.append(Topic(rule.topic.id, score(total, rule.topic.threshold), quotes))
        return tuple(sorted(topics, key=lambda topic: (-topic.score, topic.id)))

    def explain(self, title: str | None, text: str, language: str) -> tuple[Explanation, ...]:
        """Returns for each topic of which anything was found why it applies or not, the most points first.

        Args:
            title: As for `tag`.
            text: As for `tag`.
            language: As for `tag`.
        """
        joined = join(title, text)
        places = self._find(joined, language)
        found = [self._explain(rule, places, joined) for rule in self._rules]
        return tuple(
            sorted((e for e in found if e.signals), key=lambda e: (not e.applies, -e.score, e.topic))
        )

    def _find(self, joined: Joined, language: str) -> "_Places":
        folded = fold_text(joined.whole)
        return _Places(joined, folded, self._search.find(folded.text, language), self._scoring)

    def _likely_rules(self, places: "_Places") -> list[_Rule]:
        """Returns the rules that may have points enough, going by the number of finds alone."""
        found, scoring, repeat = places.found, self._scoring, self._scoring.repeat
        falling = scoring.title >= scoring.lead >= 1  # then the first find of a set is the best placed
        highest = max(scoring.title, scoring.lead, 1.0)
        nowhere = found.keys().isdisjoint
        most: dict[int, float] = {}
        for number, spans in found.items():
            if signals := self._weights.get(number):
                share = places.boost(min(spans)[0]) if falling else highest
                if len(spans) > 1:
                    share *= (1 - repeat ** len(spans)) / (1 - repeat)
                for index, weight, others in signals:
                    if not any(map(nowhere, others)):
                        most[index] = most.get(index, 1e-9) + weight * share
        rules = self._rules
        return [rules[index] for index, total in most.items() if total >= rules[index].topic.threshold]

    def _evaluate(self, rule: _Rule, places: "_Places") -> tuple[float, list[_Part]] | None:
        """Returns a topic's points and where they come from, or None where it does not apply."""
        ignored = places.of_group(rule.ignore) if rule.ignore else []
        parts = self._parts(rule.signals, places, ignored)
        total = sum(gain for gain, _, _ in parts)
        if total < rule.topic.threshold or not all(places.of(clause, ignored) for clause in rule.require):
            return None
        total -= self._taken(rule, self._parts(rule.negatives, places, ignored))
        return (total, parts) if total >= rule.topic.threshold else None

    def _explain(self, rule: _Rule, places: "_Places", joined: Joined) -> Explanation:
        ignored = places.of_group(rule.ignore) if rule.ignore else []
        parts = self._parts(rule.signals, places, ignored)
        against = self._parts(rule.negatives, places, ignored)
        missing = tuple(clause.name for clause in rule.require if not places.of(clause, ignored))
        taken = self._taken(rule, against)
        total = sum(gain for gain, _, _ in parts) - taken
        threshold = rule.topic.threshold
        return Explanation(
            topic=rule.topic.id,
            applies=total >= threshold and not missing,
            score=score(max(total, 0.0), threshold),
            points=total,
            threshold=threshold,
            signals=tuple(contributions(parts, joined)),
            negatives=tuple(contributions(against, joined)),
            taken=taken,
            missing=missing,
        )

    def _parts(self, clauses: Iterable[_Clause], places: "_Places", ignored: list[Find]) -> list[_Part]:
        repeat = self._scoring.repeat
        return [
            (gain, find, clause.name)
            for clause in clauses
            if (finds := places.of(clause, ignored))
            for gain, find in points(finds, clause.weight, repeat)
        ]

    def _taken(self, rule: _Rule, against: list[_Part]) -> float:
        return min(sum(loss for loss, _, _ in against), rule.topic.negative_cap)

    def _compile_rule(self, topic: TopicRule) -> _Rule:
        return _Rule(
            topic,
            tuple(self._compile_clause(clause) for clause in topic.signals),
            tuple(self._compile_clause(clause) for clause in topic.require),
            tuple(self._compile_clause(clause) for clause in topic.negatives),
            self._compile_group(topic.ignore),
        )

    def _compile_clause(self, clause: Clause) -> _Clause:
        groups = tuple(self._compile_group(group) for group in clause.groups)
        return _Clause(groups, clause.within, clause.weight, str(clause))

    def _compile_group(self, group: Iterable[TermSet]) -> tuple[int, ...]:
        return tuple(self._numbers.setdefault(terms, len(self._numbers)) for terms in group)

    def _weights_by_set(self) -> dict[int, list[tuple[int, float, tuple[tuple[int, ...], ...]]]]:
        """Returns by set the signals that it is in the first group of: rule, weight, their other groups."""
        weights: dict[int, list[tuple[int, float, tuple[tuple[int, ...], ...]]]] = {}
        for index, rule in enumerate(self._rules):
            for clause in rule.signals:
                for number in clause.groups[0]:
                    weights.setdefault(number, []).append((index, clause.weight, clause.groups[1:]))
        return weights


class _Places:
    """The finds of one text, by group of sets; each put together once.

    Attributes:
        found: Where terms stand in the folded text, by set.
    """

    def __init__(self, joined: Joined, folded: FoldedText, found: Hits, scoring: Scoring) -> None:
        self.found = found
        self._words, self._offsets, self._scoring = folded.words, folded.offsets, scoring
        borders = joined.head, joined.head + scoring.lead_chars
        if folded.offsets is not None:
            borders = bisect_left(folded.offsets, borders[0]), bisect_left(folded.offsets, borders[1])
        self._head, self._lead_end = borders
        self._paragraphs = list(paragraph_ends(joined.whole))
        self._groups: dict[tuple[int, ...], list[Find]] = {}

    def boost(self, start: int) -> float:
        """Returns the factor for the place of a hit that begins at a character of folded text."""
        if start >= self._lead_end:
            return 1.0
        return self._scoring.lead if start >= self._head else self._scoring.title

    def of(self, clause: _Clause, ignored: list[Find]) -> list[Find]:
        """Returns where a clause is found, outside ignored phrases."""
        groups = []
        for group in clause.groups:
            finds = outside(self.of_group(group), ignored)
            if not finds:
                return []
            groups.append(finds)
        if len(groups) == 1:
            return groups[0]
        return near(groups, clause.within) if clause.within else all_of(groups)

    def of_group(self, group: tuple[int, ...]) -> list[Find]:
        """Returns where any set of a group is found."""
        finds = self._groups.get(group)
        if finds is None:
            spans = [span for number in group if number in self.found for span in self.found[number]]
            finds = self._groups[group] = [self._find(start, end) for start, end in apart(spans)]
        return finds

    def _find(self, start: int, end: int) -> Find:
        word, boost = self._words[start], self.boost(start)
        if self._offsets is not None:
            start, end = self._offsets[start], self._offsets[end - 1] + 1
        return Find(start, end, word + _GAP * bisect_right(self._paragraphs, start), boost)
