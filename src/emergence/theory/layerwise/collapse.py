"""Neural collapse: its measures, and the unconstrained-feature model that shows it.

Definitions of Papyan, Han and Donoho (2020); features are free parameters in the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def measures(
    features: Floats, labels: NDArray[np.integer], weights: Floats, bias: Floats | None = None
) -> dict[str, float]:
    """Measures of collapse; all but rank fall to 0 in a collapsed network.

    features: H (h, N). labels: classes (N,). weights: W, a row for each class (·, h). bias: (·,).
    K counts the classes that have samples; others are left out.

    nc1: tr(Σ_W Σ_B†)/K. within_between: tr Σ_W/tr Σ_B, which also sees noise outside the span of
    the means. equinorm: std/mean of |μ_k-μ_G|. equiangle: mean |cos(m_j, m_k) + 1/(K-1)|. nc3:
    |W̃/|W̃| - Mᵀ/|M||² with W̃ centred over classes; nc3_uncentred: with W itself. nc4: share of
    samples whose class differs from that of the nearest mean. rank: (Σe)²/Σe² of the eigenvalues e
    of MMᵀ, K-1 for a simplex.
    """
    present, labels = np.unique(labels, return_inverse=True)
    classes, weights = len(present), weights[present]
    means = np.stack([features[:, labels == k].mean(axis=1) for k in range(classes)], axis=1)
    centred = means - means.mean(axis=1, keepdims=True)
    within = features - means[:, labels]
    norms = np.linalg.norm(centred, axis=0)
    cosines = (centred / norms).T @ (centred / norms)
    off = cosines[~np.eye(classes, dtype=bool)]
    unit = centred.T / np.linalg.norm(centred)
    middle = weights - weights.mean(axis=0)
    outputs = weights @ features + (0 if bias is None else bias[present, None])
    nearest = np.argmin(((features[:, :, None] - means[:, None, :]) ** 2).sum(axis=0), axis=1)
    # Σ_B = Σ u uᵀ v/K over axes u of the means: as a sum of squares, nc1 is never below 0
    axes, values, _ = np.linalg.svd(centred, full_matrices=False)
    seen = values > 1e-5 * values.max()
    axes, values, samples = axes[:, seen], values[seen] ** 2, features.shape[1]
    return {
        "nc1": float(np.sum((axes.T @ within) ** 2 / values[:, None]) / samples),
        "within_between": float(np.sum(within**2) / np.sum(centred**2) * classes / samples),
        "equinorm": float(norms.std() / norms.mean()),
        "equiangle": float(np.abs(off + 1 / (classes - 1)).mean()),
        "nc3": float(np.sum((middle / np.linalg.norm(middle) - unit) ** 2)),
        "nc3_uncentred": float(np.sum((weights / np.linalg.norm(weights) - unit) ** 2)),
        "nc4": float(np.mean(np.argmax(outputs, axis=0) != nearest)),
        "rank": float(values.sum() ** 2 / np.sum(values**2)),
    }


@dataclass(frozen=True)
class FreeFeatures:
    """Outputs W H + b on one-hot targets Y, all three trained.

    Attributes
    ----------
    classes: K. per_class: n. hidden: h. scale: ε, standard deviation of the initial W and H. decay:
        weight decay of both. bias: whether b is there. rate: η; W moves by η E Hᵀ/n, H by
        η WᵀE/√n with E = Y - W H - b, so that both layers follow one flow up to a unit of H.
    """

    classes: int
    per_class: int
    hidden: int
    scale: float
    decay: float
    bias: bool
    rate: float

    @property
    def labels(self) -> NDArray[np.integer]:
        """Class of each sample."""
        return np.repeat(np.arange(self.classes), self.per_class)

    def train(
        self, steps: int, rng: np.random.Generator, record: tuple[int, ...] = ()
    ) -> tuple[Floats, Floats, Floats, Mapping[int, Floats]]:
        """W (K, h), H (h, N), b (K,) after `steps`; H at the steps of `record`."""
        samples = self.classes * self.per_class
        weights = self.scale * rng.normal(size=(self.classes, self.hidden))
        features = self.scale * rng.normal(size=(self.hidden, samples))
        bias, targets = np.zeros(self.classes), np.eye(self.classes)[:, self.labels]
        kept = {}
        for step in range(steps):
            if step in record:
                kept[step] = features.copy()
            error = targets - weights @ features - bias[:, None]
            pull = weights.T @ error / np.sqrt(self.per_class)
            weights = weights + self.rate * (
                error @ features.T / self.per_class - self.decay * weights
            )
            features = features + self.rate * (pull - self.decay * features)
            if self.bias:
                bias = bias + self.rate * error.mean(axis=1)
        if steps in record:
            kept[steps] = features.copy()
        return weights, features, bias, kept
