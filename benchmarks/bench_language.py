"""Accuracy and cost of language detection: the default beside langdetect alone and py3langid alone.

    python -m benchmarks.bench_language CORPUS_FOLDER [--labels FILE] [--repeat 3]

CORPUS_FOLDER holds gold.jsonl with `url`, `text`, `language` and, for some rows, `title`. FILE is a JSON
object of languages by URL, in place of gold's where that is wrong. Nothing is declared to any detector.
Pieces of 60 characters stand for teasers. `right` is the share of texts whose language is right, `>= 0.9`
that of those with such a confidence, `sure` how many have it. Milliseconds are of one core, models loaded,
the best of so many rounds in turn; compare within one run alone.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

from transforms.language import Detector, detect_language
from transforms.language.opinions import by_py3langid, load_langdetect, load_py3langid

Guess = Callable[[str], tuple[str, float]]
PIECE = 60


def py3langid_alone(text: str) -> tuple[str, float]:
    """Returns the first of py3langid's opinion on a whole text."""
    return max(by_py3langid(text).items(), key=lambda item: item[1], default=("und", 0.0))


def piece_of(text: str) -> str:
    """Returns whole words from the middle of a text."""
    piece = " ".join(text.split())[len(text) // 3 :][: PIECE + 15]
    return piece.partition(" ")[2][:PIECE].rpartition(" ")[0] or piece[:PIECE]


def measure(guess: Guess, texts: list[tuple[str, str]], repeat: int) -> tuple[float, float, float, float]:
    """Returns the shares that are right, right among the sure, and sure; milliseconds for a text."""
    rounds = []
    for _ in range(repeat):
        start = time.process_time()
        found = [guess(text) for _, text in texts]
        rounds.append((time.process_time() - start) / len(texts) * 1000)
    right = [language == name for (language, _), (name, _) in zip(texts, found, strict=True)]
    sure = [is_right for is_right, (_, confidence) in zip(right, found, strict=True) if confidence >= 0.9]
    return sum(right) / len(right), sum(sure) / max(1, len(sure)), len(sure) / len(right), min(rounds)


def main() -> None:
    """Measures each way on each set in turn and prints a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    labels = json.loads(options.labels.read_text("utf-8")) if options.labels else {}
    with (options.corpus / "gold.jsonl").open(encoding="utf-8") as lines:
        gold = [
            {**row, "language": labels.get(row["url"], row["language"])} for row in map(json.loads, lines)
        ]
    titled = [row for row in gold if row.get("title")]
    sets = {
        "full texts": [(row["language"], row["text"]) for row in gold],
        "full, of rows with a title": [(row["language"], row["text"]) for row in titled],
        "pieces": [(row["language"], piece_of(row["text"])) for row in gold],
        "titles": [(row["language"], row["title"]) for row in titled],
    }
    ways: dict[str, Guess] = {
        "combined": detect_language,
        "langdetect": lambda text: detect_language(text, detector=Detector.LANGDETECT),
        "py3langid": py3langid_alone,
    }
    load_langdetect()
    load_py3langid()
    print(f"{'':28}{'':12}{'texts':>6}{'right':>8}{'>= 0.9':>8}{'sure':>7}{'ms':>7}")
    for name, texts in sets.items():
        for way, guess in ways.items():
            right, right_of_sure, sure, milliseconds = measure(guess, texts, options.repeat)
            print(
                f"{name:28}{way:12}{len(texts):6}{right:8.4f}{right_of_sure:8.4f}{sure:7.2f}{milliseconds:7.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
