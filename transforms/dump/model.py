"""Line model: the learned probability that a line of extracted text belongs to its article.

The trees are trained by `training/train_text.py`; they hold thresholds and leaves, no text.
"""

from functools import cache
from importlib.resources import as_file, files

from transforms.dump.features import FEATURES
from transforms.trees import Trees

MODEL_FILE = "models/text.npz"


@cache
def shipped_trees() -> Trees:
    """Returns the trees that ship, read once a process.

    Raises:
        ValueError: They were trained on other features than this program computes.
    """
    with as_file(files("transforms") / MODEL_FILE) as path:
        trees = Trees.load(path)
    if tuple(trees.names.tolist()) != FEATURES:
        raise ValueError(f"{MODEL_FILE} was trained on other features: run training/train_text.py")
    return trees
