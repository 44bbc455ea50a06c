"""Support vectors and logistic regression: trained by scikit-learn, answered from their arrays."""

from __future__ import annotations

import numpy as np

from sonograph.learning.discriminant import NEVER, standard
from sonograph.learning.extra import scikit_learn

Arrays = dict[str, np.ndarray]

SVM = {"mean": 1, "scale": 1, "vectors": 2, "dual": 2, "intercept": 1, "of_class": 1, "gamma": 0, "n_classes": 0}
"""The axes of the arrays of support vectors."""
COST = 10.0
"""Of a sound on the wrong side, as measured: docs/benchmarks.md."""
WEIGHT = 0.003
"""The inverse of the penalty of a logistic regression."""


def fit_svm(rows: np.ndarray, y: np.ndarray, n_classes: int) -> Arrays:
    """One machine for each pair of classes, radial kernel of scikit-learn's width "scale"."""
    mean, scale = standard(rows)
    z = (rows - mean) / scale
    gamma = 1.0 / (z.shape[1] * z.var()) if z.var() > 0 else 1.0
    fitted = scikit_learn("sklearn.svm").SVC(C=COST, gamma=gamma).fit(z, y)
    sign = -1.0 if len(fitted.classes_) == 2 else 1.0  # of two classes scikit-learn tells the second
    return {
        "mean": mean,
        "scale": scale,
        "vectors": fitted.support_vectors_,
        "dual": sign * fitted.dual_coef_,
        "intercept": sign * fitted.intercept_,
        "of_class": np.repeat(fitted.classes_, fitted.n_support_).astype(float),
        "gamma": np.asarray(gamma),
        "n_classes": np.asarray(float(n_classes)),
    }


def svm_scores(arrays: Arrays, rows: np.ndarray) -> np.ndarray:
    """Votes of all pairs, and within a vote how sure they were, as scikit-learn's decision function ("ovr") counts."""
    z = (rows - arrays["mean"]) / arrays["scale"]
    vectors, dual, of_class = arrays["vectors"], arrays["dual"], arrays["of_class"].astype(int)
    squares = (z**2).sum(axis=1)[:, None] - 2 * z @ vectors.T + (vectors**2).sum(axis=1)
    kernel = np.exp(-float(arrays["gamma"]) * np.maximum(squares, 0.0))
    present = np.unique(of_class)
    votes = np.zeros((len(rows), len(present)))
    sure = np.zeros_like(votes)
    pair = 0
    for i in range(len(present)):
        for j in range(i + 1, len(present)):
            a, b = of_class == present[i], of_class == present[j]
            decision = kernel[:, a] @ dual[j - 1, a] + kernel[:, b] @ dual[i, b] + arrays["intercept"][pair]
            votes[:, i] += decision > 0
            votes[:, j] += decision <= 0
            sure[:, i] += decision
            sure[:, j] -= decision
            pair += 1
    out = np.full((len(rows), int(arrays["n_classes"])), NEVER)
    out[:, present] = votes + sure / (3 * (np.abs(sure) + 1))
    return out


def fit_logistic(rows: np.ndarray, y: np.ndarray, n_classes: int) -> Arrays:
    """Multinomial, with a strong penalty, as there are more numbers than sounds."""
    mean, scale = standard(rows)
    linear = scikit_learn("sklearn.linear_model").LogisticRegression(C=WEIGHT, max_iter=500)
    fitted = linear.fit((rows - mean) / scale, y)
    coefficients, intercept = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:
        coefficients, intercept = np.vstack([-coefficients, coefficients]) / 2, np.append(-intercept, intercept) / 2
    whole = {"coefficients": np.zeros((n_classes, rows.shape[1])), "intercept": np.full(n_classes, NEVER)}
    whole["coefficients"][fitted.classes_], whole["intercept"][fitted.classes_] = coefficients, intercept
    return {"mean": mean, "scale": scale, **whole}
