"""Checks: what is wrong with a taxonomy that can be read, and what could be better."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from schemas.taxonomy import ANY_LANGUAGE, Clause, Example, Place, Scoring, Taxonomy, TermSet, TopicRule
from schemas.taxonomy_file import Problem
from transforms.language.codes import language_code
from transforms.topics.evidence import Explanation
from transforms.topics.folding import is_spaceless
from transforms.topics.matcher import TopicMatcher
from transforms.topics.terms import compile_term, finds_whole

#: A term with a wildcard needs so many letters, or it finds all sorts of words.
MIN_LETTERS = 3
#: Of IPTC Media Topics (https://cv.iptc.org/newscodes/mediatopic/): eight digits.
_IPTC = re.compile(r"[0-9]{8}")
#: Letters that stand for those of a wildcard; no word of any language begins or ends so.
_FILLING = "qxq"


def check_taxonomy(taxonomy: Taxonomy) -> list[Problem]:
    """Returns the problems of a taxonomy by file and line; errors, and advice."""
    problems = chain(
        _check_languages(taxonomy),
        _check_terms(taxonomy),
        _check_broader(taxonomy),
        chain.from_iterable(_check_rule(topic, taxonomy) for topic in taxonomy.topics),
        _check_examples(taxonomy),
    )
    return sorted(problems, key=lambda problem: (problem.place.file, problem.place.line, problem.message))


def _check_rule(topic: TopicRule, taxonomy: Taxonomy) -> Iterator[Problem]:
    for vocabulary, code in topic.maps:
        if vocabulary == "iptc" and not _IPTC.fullmatch(code):
            yield Problem(topic.place, topic.id, f"`{code}` is no IPTC code: those have eight digits")
    languages = sorted({lang for t in taxonomy.topics for lang in _languages(t)} - {ANY_LANGUAGE})
    most = {language: _most_points(topic, language, taxonomy.scoring) for language in languages}
    best = max(most.values(), default=_most_points(topic, ANY_LANGUAGE, taxonomy.scoring))
    if best == 0:
        yield Problem(
            topic.place, topic.id, "no language has terms for a signal and all that it requires: add some"
        )
        return
    if best < topic.threshold:
        yield Problem(
            topic.place,
            topic.id,
            f"the threshold of {topic.threshold:g} is out of reach: title, lead and repeats together bring "
            f"less than {best:.1f} points",
        )
        return
    for language, points in most.items():
        if points < topic.threshold:
            lacks = "has no terms" if points == 0 else "has too few signals with terms"
            yield Problem(
                topic.place, topic.id, f"it {lacks} in {language}, so it is never found there", False
            )


def _languages(topic: TopicRule) -> set[str]:
    clauses = (*topic.signals, *topic.require)
    sets = (terms for clause in clauses for group in clause.groups for terms in group)
    return {language for terms in sets for language, words in terms.terms if words}


def _most_points(topic: TopicRule, language: str, scoring: Scoring) -> float:
    """Returns the points that no text in a language can exceed: every find in the best place, for ever."""
    if not all(_can_be_found(clause, language) for clause in topic.require):
        return 0.0
    weight = sum(clause.weight for clause in topic.signals if _can_be_found(clause, language))
    return weight * max(scoring.title, scoring.lead, 1.0) / (1 - scoring.repeat)


def _can_be_found(clause: Clause, language: str) -> bool:
    def has_terms(terms: TermSet) -> bool:
        return any(words and of in (language, ANY_LANGUAGE) for of, words in terms.terms)

    return all(any(map(has_terms, group)) for group in clause.groups)


def _check_broader(taxonomy: Taxonomy) -> Iterator[Problem]:
    wider = {topic.id: topic.broader for topic in taxonomy.topics}
    themes = {theme.id for theme in taxonomy.themes}
    for topic in taxonomy.topics:
        if topic.broader is not None and topic.broader not in wider.keys() | themes:
            yield Problem(topic.place, topic.id, f"`broader: {topic.broader}` is no topic and no theme")
        way = [topic.id]
        while (above := wider.get(way[-1])) is not None and above not in way:
            way.append(above)
        if above == topic.id:
            circle = " → ".join([*way, topic.id])
            yield Problem(topic.place, topic.id, f"`broader` goes round in a circle: {circle}")


def _check_languages(taxonomy: Taxonomy) -> Iterator[Problem]:
    first = {terms: topic for topic, terms in reversed(list(sets_of(taxonomy)))}
    given = [
        (topic, language, places[0] if places else terms.place)
        for terms, topic in first.items()
        for (language, _), places in zip(terms.terms, terms.places, strict=True)
        if language != ANY_LANGUAGE
    ]
    for theme in taxonomy.themes:
        given += (("", language, theme.place) for language, _ in theme.labels)
    for topic in taxonomy.topics:
        texts = dict.fromkeys(language for language, _ in (*topic.labels, *topic.definition))
        given += ((topic.id, language, topic.place) for language in texts)
        given += ((topic.id, example.language, example.place) for example in topic.examples)
    for topic_id, language, place in given:
        if (code := language_code(language)) != language:
            hint = f"write `{code}`" if code else "see ISO 639-1, as in `de`"
            yield Problem(place, topic_id, f"`{language}` is no code of a language: {hint}")


def _check_terms(taxonomy: Taxonomy) -> Iterator[Problem]:
    used = {terms for topic, terms in sets_of(taxonomy) if topic}
    for terms in taxonomy.sets:
        if terms not in used:
            message = f"no topic uses the shared set `{terms.name}`: leave it out"
            yield Problem(terms.place, "", message, False)
    seen = set[TermSet]()
    for topic, terms in sets_of(taxonomy):
        if terms in seen:
            continue
        seen.add(terms)
        of_any = dict(terms.terms).get(ANY_LANGUAGE, ())
        for (language, words), places in zip(terms.terms, terms.places, strict=True):
            for word, place in zip(words, places, strict=True):
                if _is_too_short(word):
                    yield Problem(place, topic, f"`{word}` is too short: it finds all sorts of words")
            others = words if language == ANY_LANGUAGE else (*of_any, *words)
            for word, place, other in _shadowed(words, places, others):
                message = f"`{word}` adds nothing to `{other}` in the set `{terms.name}`: leave it out"
                yield Problem(place, topic, message, False)


def sets_of(taxonomy: Taxonomy) -> Iterator[tuple[str, TermSet]]:
    """Yields all sets of terms, shared ones first, each with the topic that it belongs to."""
    yield from (("", terms) for terms in taxonomy.sets)
    for topic in taxonomy.topics:
        clauses = (*topic.signals, *topic.require, *topic.negatives)
        used = [terms for clause in clauses for group in clause.groups for terms in group]
        yield from ((topic.id, terms) for terms in dict.fromkeys((*used, *topic.ignore)))


def _is_too_short(term: str) -> bool:
    letters = [letter for letter in term if letter.isalnum()]
    return "*" in term and len(letters) < MIN_LETTERS and not any(map(is_spaceless, letters))


def _shadowed(
    words: tuple[str, ...], places: tuple[Place, ...], others: tuple[str, ...]
) -> Iterator[tuple[str, Place, str]]:
    """Yields each term that finds nothing that another does not find just so."""
    compiled = [(other, compile_term(other)) for other in others]
    gone = set[str]()
    for word, place in zip(words, places, strict=True):
        samples = _samples(word)
        for other, patterns in compiled:
            if other != word and other not in gone and all(finds_whole(patterns, text) for text in samples):
                gone.add(word)
                yield word, place, other
                break


def _samples(term: str) -> tuple[str, ...]:
    """Returns texts that a term finds: its wildcards filled, and empty."""
    filled = term.replace("*", _FILLING)
    empty = " ".join(_FILLING if word == "*" else word.replace("*", "") for word in term.split())
    return (filled, empty) if "*" in term else (term,)


def _check_examples(taxonomy: Taxonomy) -> Iterator[Problem]:
    matcher = TopicMatcher(taxonomy)
    for topic in taxonomy.topics:
        for example in topic.examples:
            explained = matcher.explain(None, example.text, example.language)
            why = next((one for one in explained if one.topic == topic.id), None)
            if (why is not None and why.applies) != example.applies:
                yield Problem(example.place, topic.id, _failure(example, topic, why))


def _failure(example: Example, topic: TopicRule, why: Explanation | None) -> str:
    name = "example" if example.applies else "counter-example"
    verdict = f"the {name} {'has not' if example.applies else 'has'} the topic"
    if why is None:
        return f"{verdict}: nothing of it is found in “{example.text}”"
    if why.missing:
        return f"{verdict}: nothing of {' and '.join(why.missing)} is found in “{example.text}”"
    quotes = _quotes(spans.quote for part in why.signals for spans in part.spans)
    return f"{verdict}: {why.points:.1f} points of {topic.threshold:g}, for {quotes} in “{example.text}”"


def _quotes(found: Iterable[str]) -> str:
    return ", ".join(f"“{quote}”" for quote in dict.fromkeys(found))
