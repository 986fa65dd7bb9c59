"""A model that groks and is solved: linear regression with fewer samples than inputs, and decay.

Loss ½ mean (xᵀθ - xᵀθ*)² + (β/2)|θ|² under gradient flow. On n < d samples with XᵀX/n = P, a
projection of rank n, the part Pθ fits at rate 1 + β. The part (1-P)θ, which no sample sees, only
decays, at rate β: test error stays high until it is gone. Derived here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class DecayingRegression:
    """Squared norms at the start, and the decay.

    Attributes
    ----------
    seen_error: |P(θ0-θ*)|² and seen_target: |Pθ*|² on the span of the samples.
    unseen: |(1-P)θ0|², unseen_target: |(1-P)θ*|² outside it.
    seen_product, unseen_product: (θ0-θ*)·Pθ* and θ0·(1-P)θ*.
    decay: β > 0.
    """

    seen_error: float
    seen_target: float
    seen_product: float
    unseen: float
    unseen_target: float
    unseen_product: float
    decay: float

    @classmethod
    def of(cls, start: Floats, target: Floats, span: Floats, decay: float) -> DecayingRegression:
        """The model of θ0, θ* (d,), and an orthonormal basis of the samples' span (d, n)."""

        def seen(x: Floats) -> Floats:
            return span @ (span.T @ x)

        def unseen(x: Floats) -> Floats:
            return x - seen(x)

        error, known, hidden = seen(start - target), seen(target), unseen(start)
        missing = unseen(target)
        return cls(
            seen_error=float(error @ error),
            seen_target=float(known @ known),
            seen_product=float(error @ known),
            unseen=float(hidden @ hidden),
            unseen_target=float(missing @ missing),
            unseen_product=float(hidden @ missing),
            decay=decay,
        )

    def train_loss(self, times: ArrayLike) -> Floats:
        """|P(θ-θ*)|²: Pθ-Pθ* = e^{-(1+β)t} (Pθ0-Pθ*) - β/(1+β) (1 - e^{-(1+β)t}) Pθ*."""
        fade = np.exp(-(1 + self.decay) * np.asarray(times, dtype=np.float64))
        shift = -self.decay / (1 + self.decay) * (1 - fade)
        return (
            fade**2 * self.seen_error + shift**2 * self.seen_target
            + 2 * fade * shift * self.seen_product
        )  # fmt: skip

    def test_loss(self, times: ArrayLike) -> Floats:
        """|θ-θ*|², the error on fresh white inputs."""
        fade = np.exp(-self.decay * np.asarray(times, dtype=np.float64))
        hidden = fade**2 * self.unseen + self.unseen_target - 2 * fade * self.unseen_product
        return self.train_loss(times) + hidden

    def predicted_time(self, level: float) -> float:
        """When |(1-P)(θ-θ*)|² has fallen to |(1-P)θ*|² + level |θ*|².

        t = ln(U/(p + √(p² + U level |θ*|²)))/β with U = |(1-P)θ0|² and p = θ0·(1-P)θ*: for p = 0
        half the logarithm of U over level |θ*|², over β. Infinite for β = 0, 0 where U is below.
        """
        allowed = level * (self.seen_target + self.unseen_target)
        product = self.unseen_product
        fade = (product + np.sqrt(product**2 + self.unseen * allowed)) / self.unseen
        if fade >= 1:
            return 0.0
        return float(-np.log(fade) / self.decay) if self.decay else np.inf
