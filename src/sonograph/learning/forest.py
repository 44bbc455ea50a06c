"""Extremely randomised trees: trained by scikit-learn, answered from their arrays."""

from __future__ import annotations

import numpy as np

from sonograph.learning.extra import scikit_learn

Arrays = dict[str, np.ndarray]

ARRAYS = {"roots": 1, "number": 1, "threshold": 1, "left": 1, "right": 1, "share": 2}
"""The axes of the arrays: all trees' nodes one after another, `left` and `right` counted from a tree's root."""
N_TREES = 300


def fit(rows: np.ndarray, y: np.ndarray, n_classes: int) -> Arrays:
    """Trees with random thresholds, each over all sounds (P. Geurts et al., 2006); the seed is 0."""
    grown = scikit_learn("sklearn.ensemble").ExtraTreesClassifier(N_TREES, random_state=0, n_jobs=None)
    grown.fit(rows.astype(np.float32), y)
    trees = [one.tree_ for one in grown.estimators_]
    share = np.zeros((sum(tree.node_count for tree in trees), n_classes), np.float32)
    of_nodes = np.concatenate([tree.value[:, 0, :] for tree in trees])
    share[:, grown.classes_] = of_nodes / of_nodes.sum(axis=1, keepdims=True)
    joined = {
        name: np.concatenate([getattr(tree, theirs) for tree in trees])
        for name, theirs in (("left", "children_left"), ("right", "children_right"), ("number", "feature"))
    }
    return {
        "roots": np.cumsum([0, *(tree.node_count for tree in trees[:-1])]).astype(float),
        "threshold": np.concatenate([tree.threshold for tree in trees]),
        "share": share,
        **{name: values.astype(np.float32) for name, values in joined.items()},
    }


def scores(arrays: Arrays, rows: np.ndarray) -> np.ndarray:
    """The logarithm of the mean share of each class in the leaves that sounds fall into."""
    rows = rows.astype(np.float32).astype(float)
    left, right, number = (arrays[name].astype(int) for name in ("left", "right", "number"))
    total = np.zeros((len(rows), arrays["share"].shape[1]))
    each = np.arange(len(rows))
    for root in arrays["roots"].astype(int):
        node = np.zeros(len(rows), int)
        while True:
            at = root + node
            inner = left[at] >= 0
            if not inner.any():
                break
            lower = rows[each, np.where(inner, number[at], 0)] <= arrays["threshold"][at]
            node = np.where(inner, np.where(lower, left[at], right[at]), node)
        total += arrays["share"][root + node]
    return np.asarray(np.log(total / len(arrays["roots"]) + 1e-3))
