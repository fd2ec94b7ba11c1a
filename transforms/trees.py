"""Trees: a sum of oblivious decision trees, evaluated for many rows at once with numpy.

An oblivious (symmetric) tree asks the same question of all nodes of a level, so the answers, read as a binary
number, are the leaf (CatBoost: Prokhorenkova et al. 2018, https://arxiv.org/abs/1706.09516). Leaves are
integers: scores do not depend on the order of addition, the processor or the number of threads.
"""

from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import IO, Self

import numpy as np
from numpy.typing import NDArray

#: Leaf values are log odds times this.
SCALE = 1_000_000
#: Rows evaluated at a time: bounds memory on documents of many thousand lines.
_ROWS = 2048


@dataclass(frozen=True, slots=True)
class Trees:
    """Oblivious trees whose leaves add up to log odds.

    Attributes:
        names: [features] What the columns of a matrix to score are.
        feature: [levels, trees] Column that a level looks at.
        border: [levels, trees] The answer is yes where the column is greater; infinite for levels that a
            lower tree lacks.
        leaf: [trees, 2 ** levels] Log odds times `SCALE`; the first level's answer is the lowest bit.
        bias: [1] Log odds times `SCALE`, added once.
    """

    names: NDArray[np.str_]
    feature: NDArray[np.int16]
    border: NDArray[np.float32]
    leaf: NDArray[np.int32]
    bias: NDArray[np.int64]

    def log_odds(self, matrix: NDArray[np.float32]) -> NDArray[np.int64]:
        """Scores rows.

        Args:
            matrix: (rows, features) In the order of `names`; no NaN.

        Returns:
            (rows) Log odds times `SCALE`.

        Raises:
            ValueError: `matrix` has another number of columns than `names`.
        """
        if matrix.ndim != 2 or matrix.shape[1] != len(self.names):
            raise ValueError(f"expected {len(self.names)} columns, got a matrix of shape {matrix.shape}")
        columns = np.ascontiguousarray(matrix.T)
        leaf = np.zeros((self.feature.shape[1], len(matrix)), np.uint8)  # at most 8 levels
        for level, (feature, border) in enumerate(zip(self.feature, self.border, strict=True)):
            leaf |= (columns[feature] > border[:, None]).view(np.uint8) << np.uint8(level)
        trees, leaves = self.leaf.shape
        first = np.arange(0, trees * leaves, leaves)[:, None]
        chosen = self.leaf.ravel().take(first + leaf)
        total: NDArray[np.int64] = self.bias + chosen.sum(axis=0, dtype=np.int64)
        return total

    def probability(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores rows as `log_odds` does; returns (rows) probabilities, rounded to four digits."""
        parts = [self.log_odds(matrix[start : start + _ROWS]) for start in range(0, len(matrix), _ROWS)]
        odds = np.concatenate(parts) / SCALE if parts else np.zeros(0)
        rounded: NDArray[np.float64] = np.round(1.0 / (1.0 + np.exp(-odds)), 4)
        return rounded

    def save(self, path: Path) -> None:
        """Writes the arrays to `path` (`.npz`); the same trees give the same bytes."""
        np.savez_compressed(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    @classmethod
    def load(cls, file: Path | IO[bytes]) -> Self:
        """Reads what `save` wrote. Nothing in it is executed: pickled objects are refused."""
        with np.load(file, allow_pickle=False) as arrays:
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})


@cache
def shipped_trees(file: str, features: tuple[str, ...]) -> Trees:
    """Returns the trees in `transforms/models/`, read once a process.

    Args:
        file: The name of the file; `training/` writes it.
        features: The names of the columns that are to be scored.

    Raises:
        ValueError: The trees were trained on other features.
    """
    with as_file(files("transforms") / "models" / file) as path:
        trees = Trees.load(path)
    if tuple(trees.names.tolist()) != features:
        raise ValueError(f"models/{file} was trained on other features: train it anew, see training/")
    return trees
