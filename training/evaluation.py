"""Evaluation of a model of articles: cross-validation by news site, and a table by group of documents."""

from collections.abc import Callable, Mapping, Sequence
from statistics import mean, stdev
from typing import Protocol, TypeVar

import numpy as np

from transforms.trees import Trees

FOLDS = 10


class Sample(Protocol):
    """A document of a corpus.

    Attributes:
        site: Its registrable domain: documents of one site are all learnt from or all judged.
        groups: What it is counted under, its language for one.
    """

    @property
    def site(self) -> str: ...  # noqa: D102
    @property
    def groups(self) -> tuple[str, ...]: ...  # noqa: D102
    def f1(self, trees: Trees) -> float:
        """Returns the F1 of the text that a model leaves of it."""
        ...


S = TypeVar("S", bound=Sample)


def cross_validate(samples: Sequence[S], seed: int, train: Callable[[list[S], int], Trees]) -> list[float]:
    """Returns the F1 of each document by a model that has seen none of its site.

    Args:
        samples: The documents.
        seed: Decides which sites are held out together; handed on to `train`.
        train: From documents and a seed to a model.
    """
    sites = sorted({sample.site for sample in samples})
    shuffled = np.random.default_rng(seed).permutation(len(sites))
    fold = {site: number % FOLDS for site, number in zip(sites, shuffled.tolist(), strict=True)}
    scores = [0.0] * len(samples)
    for held_out in range(FOLDS):
        trees = train([sample for sample in samples if fold[sample.site] != held_out], seed)
        for index, sample in enumerate(samples):
            if fold[sample.site] == held_out:
                scores[index] = sample.f1(trees)
    return scores


def print_report(
    samples: Sequence[Sample], runs: Sequence[Sequence[float]], columns: Mapping[str, Sequence[float]]
) -> None:
    """Prints mean F1 as a whole and by group.

    Args:
        samples: The documents.
        runs: By seed, what `cross_validate` returned.
        columns: Heading → the F1 of each document by another way.
    """
    means = [mean(run) for run in runs]
    spread = f" ± {stdev(means):.4f}" if len(means) > 1 else ""
    print(f"cross-validated by site, {FOLDS} folds, {len(runs)} seeds: {mean(means):.4f}{spread}")
    table = {"cross-validated": [mean(scores) for scores in zip(*runs, strict=True)], **columns}
    print(f"{'':18}{'documents':>10}", *(f"{name:>16}" for name in table))
    for group in ["all", *sorted({group for sample in samples for group in sample.groups})]:
        rows = [index for index, sample in enumerate(samples) if group == "all" or group in sample.groups]
        cells = (mean(scores[row] for row in rows) for scores in table.values())
        print(f"{group:18}{len(rows):10}", *(f"{cell:16.4f}" for cell in cells))
