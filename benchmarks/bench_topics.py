"""Prints how many texts of 3 KB a second one core tags: with the topics that ship, with 60, with 2,000.

Run from the repository: `make bench-topics`, or `python -m benchmarks.bench_topics [NUMBER OF TOPICS]...`.
The numbers are of topics that are made up, in eight languages; their texts too.
"""

import random
import sys
from collections.abc import Callable, Sequence
from time import process_time

from schemas.taxonomy import Clause, Scoring, Taxonomy, TermSet, TopicRule, sealed
from schemas.taxonomy_reader import shipped_taxonomy
from transforms.topics import TopicMatcher

LANGUAGES = ("de", "en", "fr", "es", "it", "nl", "pt", "pl")
CHARACTERS = 3_000
TEXTS_PER_LANGUAGE = 50
#: Terms are strewn as densely as they were counted in real news: one in ten words or so, of a few topics.
WORDS_PER_TERM = 10
TOPICS_PER_TEXT = 4
#: Of a made-up topic, for each language: terms a set, and the words they are drawn from, for some overlap.
TERMS_PER_SET = 20
VOCABULARY = 20_000
_SYLLABLES = tuple(a + e + z for a in "bdfgklmnprstvwz" for e in "aeiouéü" for z in ("", "n", "r"))
_ROUNDS = 5


def make_word(rng: random.Random, syllables: int) -> str:
    """Returns an invented word of so many syllables."""
    return "".join(rng.choices(_SYLLABLES, k=syllables))


def make_taxonomy(topics: int, rng: random.Random) -> Taxonomy:
    """Returns made-up topics of two sets and two signals each, with words, wildcards and phrases."""
    vocabulary = [make_word(rng, rng.randint(3, 6)) for _ in range(VOCABULARY)]
    forms: tuple[Callable[[str, str], str], ...] = (
        lambda a, _: a,
        lambda a, _: f"{a}*",
        lambda a, _: f"*{a}*",
        lambda a, b: f"{a} {b}*",
    )

    def make_set(name: str) -> TermSet:
        def terms() -> tuple[str, ...]:
            pairs = [rng.sample(vocabulary, 2) for _ in range(TERMS_PER_SET)]
            return tuple(rng.choice(forms)(*pair) for pair in pairs)

        return TermSet(name, tuple((language, terms()) for language in LANGUAGES))

    def make_topic(number: int) -> TopicRule:
        core, context = make_set("core"), make_set("context")
        signals = (Clause(((core,),), 0, 2.0), Clause(((core,), (context,)), 10, 1.0))
        return TopicRule(f"topic-{number}", (), (), signals, threshold=4.0)

    return sealed("bench", Scoring(), (), (), [make_topic(number) for number in range(topics)])


def make_text(taxonomy: Taxonomy, language: str, rng: random.Random) -> str:
    """Returns a text of invented words with terms of some topics strewn in."""
    topics = rng.sample(taxonomy.topics, TOPICS_PER_TEXT)
    sets = [s for topic in topics for c in topic.signals for group in c.groups for s in group]
    terms = [term.strip("*") for s in sets for lang, words in s.terms if lang == language for term in words]
    words: list[str] = []
    length = 0
    while length < CHARACTERS:
        is_term = rng.randrange(WORDS_PER_TERM) == 0
        words.append(rng.choice(terms) if is_term else make_word(rng, rng.randint(1, 4)))
        length += len(words[-1]) + 1
    return " ".join(words)


def measure(name: str, taxonomy: Taxonomy, rng: random.Random) -> None:
    """Prints one line about a taxonomy."""
    begun = process_time()
    matcher = TopicMatcher(taxonomy)
    built = process_time() - begun
    texts = [
        (language, make_text(taxonomy, language, rng))
        for language in LANGUAGES
        for _ in range(TEXTS_PER_LANGUAGE)
    ]
    seconds = []
    for _ in range(_ROUNDS):
        begun = process_time()
        for language, text in texts:
            matcher.tag(None, text, language)
        seconds.append(process_time() - begun)
    print(f"{name}: {len(texts) / min(seconds):,.0f} texts/s on one core; matcher built in {built:.2f} s")


def main(arguments: Sequence[str]) -> None:
    """Measures the taxonomy that ships, and those of so many topics."""
    rng = random.Random(0)
    shipped = shipped_taxonomy()
    measure(f"{len(shipped.topics)} topics that ship", shipped, rng)
    for topics in [int(argument) for argument in arguments] or [60, 2000]:
        measure(f"{topics} topics made up", make_taxonomy(topics, rng), rng)


if __name__ == "__main__":
    main(sys.argv[1:])
