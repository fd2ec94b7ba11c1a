"""Block model: the learned probability that a block belongs to the article.

The trees are trained by `training/train_pages.py`; they hold thresholds and leaves, no text.
"""

from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

from transforms.block_features import FEATURES
from transforms.trees import Trees

MODEL_FILE = "models/pages.npz"
#: Rows evaluated at a time: bounds memory on pages of many thousand blocks.
_ROWS = 2048


@cache
def shipped_trees() -> Trees:
    """Returns the trees that ship, read once a process.

    Raises:
        ValueError: They were trained on other features than this program computes.
    """
    with as_file(files("transforms") / MODEL_FILE) as path:
        trees = Trees.load(path)
    if tuple(trees.names.tolist()) != FEATURES:
        raise ValueError(f"{MODEL_FILE} was trained on other features: run training/train_pages.py")
    return trees


def score_blocks(features: NDArray[np.float32], trees: Trees) -> NDArray[np.float64]:
    """Returns the probability of each row of `block_features` that its block belongs to the article."""
    parts = [trees.probability(features[start : start + _ROWS]) for start in range(0, len(features), _ROWS)]
    return np.concatenate(parts) if parts else np.zeros(0)
