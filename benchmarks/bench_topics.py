"""Prints how many texts of 3 KB a second one core tags with the shipped taxonomy.

Run from the repository: `python -m benchmarks.bench_topics`.
"""

import random
from time import process_time

from schemas.taxonomy import Taxonomy
from schemas.taxonomy_reader import shipped_taxonomy
from transforms.topics import TopicMatcher

LANGUAGES = ("de", "en", "fr", "es", "it", "nl", "pt", "pl")
CHARACTERS = 3_000
#: Terms are strewn as densely as they were counted in real news: one in ten words or so, of a few topics.
WORDS_PER_TERM = 10
TOPICS = 4


def make_text(taxonomy: Taxonomy, language: str, rng: random.Random) -> str:
    """Returns a text of invented words with terms of the taxonomy strewn in."""
    topics = rng.sample(taxonomy.topics, TOPICS)
    sets = [s for topic in topics for c in topic.signals for group in c.groups for s in group]
    terms = [term.strip("*") for s in sets for lang, words in s.terms if lang == language for term in words]
    syllables = ("ka", "lo", "mi", "ter", "un", "sch", "ra", "be", "gen", "to", "vé", "ño", "per")
    words: list[str] = []
    while sum(map(len, words)) + len(words) < CHARACTERS:
        word = "".join(rng.choices(syllables, k=rng.randint(1, 4)))
        words.append(rng.choice(terms) if rng.randrange(WORDS_PER_TERM) == 0 else word)
    return " ".join(words)


def main() -> None:
    """Tags texts for some seconds."""
    taxonomy = shipped_taxonomy()
    begun = process_time()
    matcher = TopicMatcher(taxonomy)
    print(f"{len(taxonomy.topics)} topics, matcher built in {process_time() - begun:.2f} s")
    rng = random.Random(0)
    texts = [(language, make_text(taxonomy, language, rng)) for language in LANGUAGES for _ in range(50)]
    rounds, begun = 5, process_time()
    for _ in range(rounds):
        for language, text in texts:
            matcher.tag(None, text, language)
    print(f"{rounds * len(texts) / (process_time() - begun):,.0f} texts/s on one core")


if __name__ == "__main__":
    main()
