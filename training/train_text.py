"""Trains the model that tells the article from the rest in extracted text: `python -m training.train_text CORPUS_FOLDER`.

The folder holds `text.jsonl` (`url`, `text`: a block a line) and `gold.jsonl` (`url`, `text`, `language` and, for
some, `title`). Printed are the mean F1 of the documents, as a whole and by group: by cross-validation by site, of the
training documents themselves, by the rules alone, as they are, and by the best choice of lines.
Needs catboost. The same folder and options give the same model.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from catboost import CatBoostClassifier
from numpy.typing import NDArray

from training.catboost_trees import to_trees
from training.evaluation import cross_validate, print_report
from training.overlap import Overlap
from transforms.dump.features import FEATURES, line_features, look_of
from transforms.dump.judge import MODEL, judge
from transforms.dump.lines import shape_of, split_lines
from transforms.dump.phrases import shipped
from transforms.dump.rules import apply_rules
from transforms.trees import Trees
from transforms.urls import registrable_domain

#: Models of which the mean is taken, trees in each, and their depth.
MODELS, TREES, DEPTH = 3, 150, 5
#: A line weighs as much as the document's F1 loses if it is decided wrongly, within these bounds: a few long lines of
#: hopeless documents must not outweigh all others.
_WEIGHTS = (0.002, 0.05)
#: How much the lines of a cleaned document count: nothing more is to be dropped from it.
_CLEANED_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Text:
    """A document of the corpus and what is learnt from it.

    Attributes:
        site: Its registrable domain.
        groups: What it is counted under.
        lines: Its lines.
        keep: The best choice of them.
        features: [rows, features] The lines that the rules leave: of the document, and once more of its best choice.
        labels: [rows] Whether the line belongs to the article.
        weights: [rows] How much it counts.
        overlap: Its lines against the gold text.
    """

    site: str
    groups: tuple[str, ...]
    lines: tuple[str, ...]
    keep: tuple[bool, ...]
    features: NDArray[np.float32]
    labels: NDArray[np.bool_]
    weights: NDArray[np.float64]
    overlap: Overlap

    def f1(self, trees: Trees) -> float:
        """Returns the F1 of the text that is left of the document."""
        return self.overlap.f1(line.reason is None for line in judge(self.lines, None, trees).lines)


def main() -> None:
    """Trains, evaluates and writes the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--output", type=Path, default=Path("transforms", "models", MODEL))
    parser.add_argument("--seeds", type=int, default=5, help="repetitions of the cross-validation")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with ProcessPoolExecutor(options.workers) as pool:
        texts = list(pool.map(read_text, *zip(*corpus(options.corpus), strict=True), chunksize=4))
        runs = list(pool.map(partial(cross_validate, texts, train=train), range(options.seeds)))
    trees = train(texts, seed=0)
    trees.save(options.output)
    columns = {
        "training": [text.f1(trees) for text in texts],
        "rules alone": [
            text.overlap.f1(reason is None for reason in _rules(text.lines)[1]) for text in texts
        ],
        "as it is": [text.overlap.f1([True] * len(text.lines)) for text in texts],
        "best choice": [text.overlap.f1(text.keep) for text in texts],
    }
    print_report(texts, runs, columns)
    rounds = [judge(text.lines, None, trees).rounds for text in texts]
    print(
        f"{len(FEATURES)} features, {options.output.stat().st_size / 1024:.0f} KiB, up to {max(rounds)} rounds"
    )


def corpus(folder: Path) -> Iterator[tuple[dict[str, str], str]]:
    """Yields the gold rows of a corpus with the extracted texts of their pages."""
    with (folder / "text.jsonl").open(encoding="utf-8") as rows:
        texts = {row["url"]: row["text"] for row in map(json.loads, rows)}
    with (folder / "gold.jsonl").open(encoding="utf-8") as rows:
        for gold in map(json.loads, rows):
            yield gold, texts[gold["url"]]


def read_text(gold: dict[str, str], text: str) -> Text:
    """Returns a document of the corpus with the labels that its gold text gives its lines."""
    lines = split_lines(text)
    overlap = Overlap(lines, gold["text"])
    keep, losses = overlap.best()
    low, high = _WEIGHTS
    weights = low + np.clip(losses, 0, high)
    features, left = _left(lines, None)
    chosen, chosen_left = _left([line for line, kept in zip(lines, keep, strict=True) if kept], "")
    return Text(
        registrable_domain(gold["url"]) or gold["url"],
        ("with metadata" if gold["title"] else "without metadata", gold["language"]),
        tuple(lines),
        tuple(keep),
        np.concatenate([features, chosen]),
        np.concatenate([np.array(keep, np.bool_)[left], np.ones(len(chosen), np.bool_)]),
        np.concatenate([weights[left], _CLEANED_WEIGHT * weights[np.array(keep, np.bool_)][chosen_left]]),
        overlap,
    )


def _rules(lines: Sequence[str], title: str | None = None):
    shapes = [shape_of(line) for line in lines]
    return shapes, apply_rules(shapes, [shipped().say(shape) for shape in shapes], title).reasons


def _left(lines: Sequence[str], title: str | None) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Returns the features of the lines that the rules leave, and which they are."""
    shapes, reasons = _rules(lines, title)
    left = np.array([reason is None for reason in reasons], np.bool_)
    return line_features([look_of(shape) for shape in shapes], reasons)[left], left


def train(texts: Sequence[Text], seed: int) -> Trees:
    """Returns a model of these documents."""
    features = np.concatenate([text.features for text in texts])
    labels = np.concatenate([text.labels for text in texts])
    weights = np.concatenate([text.weights for text in texts])
    models = [
        CatBoostClassifier(
            iterations=TREES,
            depth=DEPTH,
            learning_rate=0.1,
            l2_leaf_reg=20,
            rsm=0.3,
            border_count=63,
            bootstrap_type="Bernoulli",
            subsample=0.7,
            random_seed=MODELS * seed + number,
            thread_count=1,
            verbose=False,
            allow_writing_files=False,
        ).fit(features, labels, sample_weight=weights / weights.mean())
        for number in range(MODELS)
    ]
    return to_trees(models, FEATURES)


if __name__ == "__main__":
    main()
