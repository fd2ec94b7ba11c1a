"""TopicMatcher: finds the terms of a whole taxonomy in one pass and decides which topics apply."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from schemas import Evidence, Topic
from schemas.taxonomy import ANY_LANGUAGE, Clause, Taxonomy, TermSet, TopicRule
from transforms.topics.scoring import Find, apart, near, outside, points, score
from transforms.topics.terms import Pattern, compile_term, count_words, fold, is_spaceless, whole_words

#: Pieces of evidence that a tag bears at most: those with the most points.
MAX_EVIDENCE = 20
#: Words put between title and text and between paragraphs, more than any window.
_GAP = 1_000_000
#: The end of a sentence; that of an abbreviation counts too: it costs no more than a shorter quote.
_SENTENCE_END = re.compile(r"[.!?…][\"'»«”“’)\]]*\s|[。！？\n]")
#: A line that ends within a sentence may be a wrapped one, so it does not end a paragraph.
_PARAGRAPH_END = re.compile(r"[.!?…:。！？][\"'»«”“’)\]]*[ \t]*\n|\n\s*\n")


class _Clause(NamedTuple):
    groups: tuple[tuple[int, ...], ...]
    within: int
    weight: float


class _Rule(NamedTuple):
    topic: TopicRule
    signals: tuple[_Clause, ...]
    require: tuple[_Clause, ...]
    negatives: tuple[_Clause, ...]
    ignore: tuple[int, ...]


#: For a literal: how its terms go on, and the numbers of the sets that they belong to.
_Entries = list[tuple[Pattern, tuple[int, ...]]]


class TopicMatcher:
    """The compiled taxonomy. Building it takes a moment: do so once for each worker."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self._scoring = taxonomy.scoring
        self._numbers: dict[TermSet, int] = {}
        self._rules = [self._compile_rule(topic) for topic in taxonomy.topics]
        self._triggers = self._rules_by_set()
        patterns = _patterns(self._numbers)
        literals = list(dict.fromkeys(pattern.literal for _, pattern in patterns))
        self._automaton = AhoCorasick(literals)
        index = {literal: number for number, literal in enumerate(literals)}
        languages = {language for language, _ in patterns}
        self._tables = {lang: _table(patterns, index, {lang, ANY_LANGUAGE}) for lang in languages}
        self._all_languages = _table(patterns, index, languages)

    def tag(self, title: str | None, text: str, language: str) -> tuple[Topic, ...]:
        """Returns the topics of an article, the highest score first.

        Args:
            title: The headline; None if there is none.
            text: The text that the offsets of evidence point into.
            language: ISO 639-1; a text in one without terms, or `und`, is searched for those of all.
        """
        head = f" {title or ''}\n\n"
        raw = f"{head} {text} "
        found = self._find(raw, len(head), language)
        places = _Places(found)
        topics = []
        for index in sorted({index for number in found for index in self._triggers.get(number, ())}):
            rule = self._rules[index]
            if result := self._evaluate(rule, places):
                total, parts = result
                quotes = _evidence(parts, raw, len(head))
                topics.append(Topic(rule.topic.id, score(total, rule.topic.threshold), quotes))
        return tuple(sorted(topics, key=lambda topic: (-topic.score, topic.id)))

    def _find(self, raw: str, head: int, language: str) -> dict[int, list[Find]]:
        """Returns the finds of each set of terms; the first `head` characters are the title."""
        folded = fold(raw[1:-1])
        table = self._tables.get(language, self._all_languages)
        spaceless = is_spaceless(folded)
        spans = []
        for literal, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            for pattern, sets in table[literal]:
                if pattern.rest is None:
                    spans.append((*whole_words(folded, start, end, spaceless), sets))
                elif match := pattern.rest.match(folded, end):
                    spans.append((*whole_words(folded, start, match.end(), spaceless), sets))
        spans.sort()
        found: dict[int, list[Find]] = {}
        lead_end = head + self._scoring.lead_chars
        word, last = 0, 0
        for start, end, sets in spans:
            if _PARAGRAPH_END.search(raw, last, start):
                word += _GAP
            word += count_words(folded[last:start], spaceless)
            last = start
            boost = self._scoring.title if start < head else self._scoring.lead if start < lead_end else 1.0
            find = Find(start, end, word, boost)
            for number in sets:
                found.setdefault(number, []).append(find)
        return found

    def _evaluate(self, rule: _Rule, places: "_Places") -> tuple[float, list[tuple[float, Find]]] | None:
        """Returns a topic's points and where they come from, or None where it does not apply."""
        ignored = places.of_group(rule.ignore) if rule.ignore else []
        repeat = self._scoring.repeat
        parts: list[tuple[float, Find]] = []
        for clause in rule.signals:
            parts += points(places.of(clause, ignored), clause.weight, repeat)
        total = sum(gain for gain, _ in parts)
        if total < rule.topic.threshold or not all(places.of(clause, ignored) for clause in rule.require):
            return None
        against = 0.0
        for clause in rule.negatives:
            against += sum(loss for loss, _ in points(places.of(clause, ignored), clause.weight, repeat))
        total -= min(against, rule.topic.negative_cap)
        return (total, parts) if total >= rule.topic.threshold else None

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
        return _Clause(groups, clause.within, clause.weight)

    def _compile_group(self, group: Iterable[TermSet]) -> tuple[int, ...]:
        return tuple(self._numbers.setdefault(terms, len(self._numbers)) for terms in group)

    def _rules_by_set(self) -> dict[int, list[int]]:
        """Returns the rules that a find of a set brings into play: it is in a signal's first group."""
        rules: dict[int, list[int]] = {}
        for index, rule in enumerate(self._rules):
            for number in dict.fromkeys(n for clause in rule.signals for n in clause.groups[0]):
                rules.setdefault(number, []).append(index)
        return rules


class _Places:
    """The finds of one text, by group of sets and by clause; each put together once."""

    def __init__(self, found: dict[int, list[Find]]) -> None:
        self._found = found
        self._groups: dict[tuple[int, ...], list[Find]] = {}

    def of(self, clause: _Clause, ignored: list[Find]) -> list[Find]:
        """Returns where a clause is found, outside ignored phrases."""
        groups = []
        for group in clause.groups:
            finds = outside(self.of_group(group), ignored)
            if not finds:
                return []
            groups.append(finds)
        return near(groups, clause.within) if len(groups) > 1 else groups[0]

    def of_group(self, group: tuple[int, ...]) -> list[Find]:
        """Returns where any set of a group is found."""
        places = self._groups.get(group)
        if places is None:
            finds = [find for number in group for find in self._found.get(number, ())]
            places = self._groups[group] = apart(finds)
        return places


def _patterns(numbers: dict[TermSet, int]) -> dict[tuple[str, Pattern], tuple[int, ...]]:
    """Returns the patterns of all terms by language, each with the numbers of the sets that have it."""
    patterns: dict[tuple[str, Pattern], dict[int, None]] = {}
    for terms, number in numbers.items():
        for language, words in terms.terms:
            for word in words:
                for pattern in compile_term(word):
                    patterns.setdefault((language, pattern), {})[number] = None
    return {key: tuple(sets) for key, sets in patterns.items()}


def _table(
    patterns: dict[tuple[str, Pattern], tuple[int, ...]], index: dict[str, int], languages: set[str]
) -> list[_Entries]:
    """Returns, by number of the literal, the entries that count in a text searched for these languages."""
    table: list[_Entries] = [[] for _ in index]
    for (language, pattern), sets in patterns.items():
        if language in languages:
            table[index[pattern.literal]].append((pattern, sets))
    return table


def _evidence(parts: list[tuple[float, Find]], raw: str, head: int) -> tuple[Evidence, ...]:
    """Returns the best parts as evidence in text order, the title first."""
    best: dict[tuple[int, int], None] = {}
    for _, find in sorted(parts, key=lambda part: (-part[0], part[1].start)):
        spans = dict.fromkeys(_quoted(find, raw))
        if len(best | spans) > MAX_EVIDENCE:
            break
        best |= spans
    evidence: list[Evidence] = []
    for start, end in sorted(best):
        if start < head:
            evidence.append(Evidence(-1, -1, raw[start:end]))
        else:
            evidence.append(Evidence(start - head - 1, end - head - 1, raw[start:end]))
    return tuple(evidence)


def _quoted(find: Find, raw: str) -> tuple[tuple[int, int], ...]:
    """Returns the spans to quote for a find: it whole, or its terms where they stand in several sentences."""
    if find.parts and _SENTENCE_END.search(raw, find.start, find.end):
        return find.parts
    return ((find.start, find.end),)
