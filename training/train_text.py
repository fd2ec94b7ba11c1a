"""Trains the model that tells the article from the rest in extracted text: `python -m training.train_text CORPUS_FOLDER`.

The folder holds `text.jsonl` (`url`, `text`: a block a line) and `gold.jsonl` (`url`, `text`, `language` and, for
some, `title`). Printed are the mean F1 of the documents, as a whole and by group: by cross-validation by site, of the
training documents themselves, by the rules alone, as they are, and by the best choice of lines.
Needs catboost. The same folder and options give the same model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from schemas.block import DropReason
from training.catboost_trees import grow
from training.corpus import Gold, groups_of, learn, read_rows, site_of
from training.overlap import Overlap
from transforms.dump.features import FEATURES, line_features, look_of
from transforms.dump.judge import MODEL, judge
from transforms.dump.lines import Shape, shape_of, split_lines
from transforms.dump.phrases import shipped
from transforms.dump.rules import apply_rules
from transforms.trees import Trees

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
        features: (rows, features) The lines that the rules leave: of the document, and once more of its best choice.
        labels: (rows) Whether the line belongs to the article.
        weights: (rows) How much it counts.
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
    texts, trees = learn(__doc__, MODEL, texts_in, read_text, train, columns)
    print(f"up to {max(judge(text.lines, None, trees).rounds for text in texts)} rounds")


def columns(texts: Sequence[Text], trees: Trees) -> dict[str, list[float]]:
    """Returns the F1 of each text by the model that was trained on it and without one, and the highest there is."""
    return {
        "training": [text.f1(trees) for text in texts],
        "rules alone": [
            text.overlap.f1(reason is None for reason in _rules(text.lines)[1]) for text in texts
        ],
        "as it is": [text.overlap.f1([True] * len(text.lines)) for text in texts],
        "best choice": [text.overlap.f1(text.keep) for text in texts],
    }


def texts_in(folder: Path) -> dict[str, str]:
    """Returns the extracted texts of a corpus by URL."""
    return {row["url"]: row["text"] for row in read_rows(folder / "text.jsonl")}


def read_text(gold: Gold, text: str) -> Text:
    """Returns a document of the corpus with the labels that its gold text gives its lines."""
    lines = split_lines(text)
    overlap = Overlap(lines, gold["text"])
    keep, losses = overlap.best()
    low, high = _WEIGHTS
    weights = low + np.clip(losses, 0, high)
    features, left = _left(lines, None)
    chosen, chosen_left = _left([line for line, kept in zip(lines, keep, strict=True) if kept], "")
    return Text(
        site_of(gold),
        groups_of(gold),
        tuple(lines),
        tuple(keep),
        np.concatenate([features, chosen]),
        np.concatenate([np.array(keep, np.bool_)[left], np.ones(len(chosen), np.bool_)]),
        np.concatenate([weights[left], _CLEANED_WEIGHT * weights[np.array(keep, np.bool_)][chosen_left]]),
        overlap,
    )


def _rules(lines: Sequence[str], title: str | None = None) -> tuple[list[Shape], Sequence[DropReason | None]]:
    """Returns the shapes of lines, and why the rules drop each; None: they leave it."""
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
    return grow(features, labels, weights / weights.mean(), FEATURES, seed, trees=150, depth=5, l2=20)


if __name__ == "__main__":
    main()
