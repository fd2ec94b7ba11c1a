"""Word forms that terms do not find, for advice; needs simplemma (`pip install '.[forms]'`)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from simplemma.strategies.dictionaries import DefaultDictionaryFactory
from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

from schemas.taxonomy import Place, Taxonomy, TermSet
from schemas.taxonomy_file import Problem
from transforms.topics.checks import sets_of
from transforms.topics.terms import compile_term, finds_whole

#: Forms that one piece of advice names at most.
MAX_FORMS = 6
#: Shorter words have too many namesakes.
_MIN_LETTERS = 4


def missing_forms(taxonomy: Taxonomy) -> Iterator[Problem]:
    """Yields for each single word without wildcard the forms of it that its set does not find.

    The forms are those of simplemma's dictionaries; these know no contexts, so some are of other words.
    """
    wanted: dict[str, list[tuple[str, TermSet]]] = defaultdict(list)
    for topic, terms in sets_of(taxonomy):
        for language, _ in terms.terms:
            wanted[language].append((topic, terms))
    for language in sorted(wanted.keys() & SUPPORTED_LANGUAGES):
        sets = list(dict.fromkeys(wanted[language]))
        forms = _forms(language, {word for _, terms in sets for word, _ in _words(terms, language)})
        for topic, terms in sets:
            yield from _missing(topic, terms, language, forms)


def _words(terms: TermSet, language: str) -> Iterator[tuple[str, Place]]:
    for (of, words), places in zip(terms.terms, terms.places, strict=True):
        if of == language:
            for word, place in zip(words, places, strict=True):
                if word.isalpha() and len(word) >= _MIN_LETTERS:
                    yield word.lower(), place


def _missing(
    topic: str, terms: TermSet, language: str, forms: Mapping[str, Iterable[str]]
) -> Iterator[Problem]:
    found = [pattern for word in dict(terms.terms)[language] for pattern in compile_term(word)]
    for word, place in _words(terms, language):
        missing = [form for form in forms[word] if not finds_whole(found, form)]
        if missing:
            names = ", ".join(missing[:MAX_FORMS]) + (" …" if len(missing) > MAX_FORMS else "")
            yield Problem(place, topic, f"`{word}` in the set `{terms.name}` does not find {names}", False)


def _forms(language: str, words: Iterable[str]) -> dict[str, list[str]]:
    """Returns for each word the other forms of its lemmas; German nouns are found by their capital, too."""
    dictionary = DefaultDictionaryFactory().get_dictionary(language)
    lemmas = {
        word: {dictionary.get(spelling) for spelling in (word, word.capitalize())} - {None} for word in words
    }
    forms: dict[str | None, set[str]] = {lemma: set() for found in lemmas.values() for lemma in found}
    for form, lemma in dictionary.items():
        if lemma in forms and form.isalpha():
            forms[lemma].add(form.lower())
    return {
        word: sorted(set().union(*(forms[one] for one in found)) - {word}) for word, found in lemmas.items()
    }
