"""Trees that CatBoost grows, as the arrays of `transforms.trees`."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from catboost import CatBoostClassifier
from numpy.typing import NDArray

from transforms.trees import SCALE, Trees

#: Models of which the mean is taken: three times 100 trees were as good as any larger number.
MODELS = 3


def grow(
    features: NDArray[np.float32],
    labels: NDArray[np.bool_],
    weights: NDArray[np.float64],
    names: Sequence[str],
    seed: int,
    *,
    trees: int,
    depth: int,
    l2: float,
) -> Trees:
    """Returns a model of rows; the same arguments give the same one.

    Args:
        features: (rows, features).
        labels: (rows) The class of each.
        weights: (rows) How much each counts, 1 on average.
        names: (features).
        seed: Of the random choice of rows and features.
        trees: Of each of the `MODELS`.
        depth: Of a tree.
        l2: Regularisation of leaves.
    """
    return to_trees(
        [
            CatBoostClassifier(
                iterations=trees,
                depth=depth,
                learning_rate=0.1,
                l2_leaf_reg=l2,
                rsm=0.3,
                border_count=63,
                bootstrap_type="Bernoulli",
                subsample=0.7,
                boosting_type="Plain",
                random_seed=MODELS * seed + number,
                thread_count=1,
                verbose=False,
                allow_writing_files=False,
            ).fit(features, labels, sample_weight=weights)
            for number in range(MODELS)
        ],
        names,
    )


def to_trees(models: Sequence[CatBoostClassifier], names: Sequence[str]) -> Trees:
    """Joins models of two classes on the same features into one that gives the mean of their log odds."""
    features, borders, leaves, bias = [], [], [], 0.0
    for model in models:
        scale, (own_bias,), trees, columns = _exported(model)
        bias += own_bias / len(models)
        depth = max(len(tree["splits"]) for tree in trees)
        for tree in trees:
            missing = depth - len(tree["splits"])
            features.append(
                [columns[split["float_feature_index"]] for split in tree["splits"]] + [0] * missing
            )
            borders.append([split["border"] for split in tree["splits"]] + [np.inf] * missing)
            leaves.append(
                np.array(
                    tree["leaf_values"] + [0.0] * (2**depth - len(tree["leaf_values"])), dtype=np.float64
                )
            )
            leaves[-1] *= scale / len(models) * SCALE
    return Trees(
        names=np.array(names),
        feature=np.array(features, dtype=np.int16).T.copy(),
        border=np.array(borders, dtype=np.float32).T.copy(),
        leaf=np.round(leaves).astype(np.int32),
        bias=np.array([round(bias * SCALE)]),
    )


def _exported(model: CatBoostClassifier) -> tuple[float, list[float], list[dict[str, Any]], dict[int, int]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.json")
        model.save_model(str(path), format="json")
        content = json.loads(path.read_text(encoding="utf-8"))
    scale, bias = content["scale_and_bias"]
    floats = content["features_info"]["float_features"]
    return (
        scale,
        bias,
        content["oblivious_trees"],
        {f["feature_index"]: f["flat_feature_index"] for f in floats},
    )
