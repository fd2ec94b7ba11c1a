"""Corpus: documents with their gold texts, what they are grouped by, and the run that learns from them."""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from training.evaluation import Sample, cross_validate, print_report
from transforms.trees import Trees
from transforms.urls import registrable_domain

#: A row of `gold.jsonl`: `url`, `text`, `language` and, for some, `title`.
Gold = dict[str, str]
S = TypeVar("S", bound=Sample)
D = TypeVar("D", bytes, str)


def read_rows(file: Path) -> Iterator[dict[str, str]]:
    """Yields the rows of a file of JSON lines."""
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def site_of(gold: Gold) -> str:
    """Returns the registrable domain of a document."""
    return registrable_domain(gold["url"]) or gold["url"]


def groups_of(gold: Gold) -> tuple[str, ...]:
    """Returns what a document is counted under: whether gold tells its metadata, and its language."""
    return ("with metadata" if gold["title"] else "without metadata", gold["language"])


def learn(
    about: str | None,
    model: str,
    contents: Callable[[Path], Mapping[str, D]],
    read: Callable[[Gold, D], S],
    train: Callable[[Sequence[S], int], Trees],
    columns: Callable[[Sequence[S], Trees], Mapping[str, Sequence[float]]],
) -> tuple[Sequence[S], Trees]:
    """Trains a model on the corpus that the command line names, writes it and prints how good it is.

    Args:
        about: What `--help` says.
        model: Name of the file in `transforms/models`.
        contents: From the corpus' folder to its documents by URL.
        read: From a document to a sample.
        train: From samples and a seed to a model.
        columns: Heading → the F1 of each sample by other ways than cross-validation.

    Returns:
        The samples and the model.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--output", type=Path, default=Path("transforms", "models", model))
    parser.add_argument("--seeds", type=int, default=5, help="repetitions of the cross-validation")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    documents = contents(options.corpus)
    rows = list(read_rows(options.corpus / "gold.jsonl"))
    found: Iterable[D] = [documents[gold["url"]] for gold in rows]
    with ProcessPoolExecutor(options.workers) as pool:
        samples = list(pool.map(read, rows, found, chunksize=4))
        runs = list(pool.map(partial(cross_validate, samples, train=train), range(options.seeds)))
    trees = train(samples, 0)
    trees.save(options.output)
    print_report(samples, runs, columns(samples, trees))
    print(f"{len(trees.names)} features, {options.output.stat().st_size / 1024:.0f} KiB")
    return samples, trees
