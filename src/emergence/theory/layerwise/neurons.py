"""Many neurons that share one mode: f(x) = (x/Z) Σ_i a_i b_i with target S x.

The model that a weight-to-target ratio belongs to: Σ0 = Σ(a_i²+b_i²)/(2Z) and 𝒮0 = Σ a_i b_i/Z at
the start. All neurons follow one clock, so that a_i+b_i grow by the same factor √γ+.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """Size and output of the weights at the start, and the target.

    Attributes
    ----------
    size: Σ0 > 0. output: 𝒮0, with |𝒮0| ≤ Σ0. target: S.
    """

    size: float
    output: float
    target: float

    @classmethod
    def of(cls, a: Floats, b: Floats, scale: float, target: float) -> Ratio:
        """The ratio of a start: a, b of shape (neurons,), scale Z."""
        return cls(float(np.sum(a**2 + b**2) / (2 * scale)), float(a @ b / scale), target)

    @property
    def final_size(self) -> float:
        """Σ at the end: √(S² + Σ0² - 𝒮0²)."""
        return float(np.sqrt(self.target**2 + self.size**2 - self.output**2))

    @property
    def growth(self) -> float:
        """γ+ = (S + Σ∞)/(Σ0 + 𝒮0): ratio of the squares (a_i+b_i)² of the end and of the start.

        With 𝒮0 = 0 this is exp(asinh(S/Σ0)): 1 + S/Σ0 for small targets (lazy), 2S/Σ0 for large
        ones (rich).
        """
        return (self.target + self.final_size) / (self.size + self.output)

    @property
    def regime(self) -> str:
        """ "lazy" where weights hardly move (S < 0.1 Σ0), "rich" where S > 10 Σ0, else between."""
        ratio = abs(self.target) / self.size
        return "lazy" if ratio < 0.1 else "rich" if ratio > 10.0 else "between"

    def growth_at(self, time: Floats, scale: float, variance: float = 1.0) -> Floats:
        """u(t) = (a_i+b_i)²(t)/(a_i+b_i)²(0) under gradient flow, of the shape of `time`."""
        plus, root = self.size + self.output, self.final_size
        high, low = (self.target + root) / plus, (self.target - root) / plus
        q = (1 - high) / (1 - low) * np.exp(-2 * variance * root / scale * np.asarray(time))
        return (high - low * q) / (1 - q)


def grown(a: Floats, b: Floats, growth: float) -> tuple[Floats, Floats]:
    """a and b once (a_i+b_i)² has grown by u: a+b by the factor √u, a-b by 1/√u."""
    plus, minus = (a + b) * np.sqrt(growth), (a - b) / np.sqrt(growth)
    return (plus + minus) / 2, (plus - minus) / 2


def descend(
    a: Floats, b: Floats, scale: float, target: float, step: float, steps: int
) -> tuple[Floats, Floats]:
    """Gradient descent of ½(Σab/Z - S)²: a and b after `steps` steps."""
    for _ in range(steps):
        error = step * (a @ b / scale - target) / scale
        a, b = a - error * b, b - error * a
    return a, b


def start(neurons: int, size: float, scale: float, rng: np.random.Generator) -> tuple[Floats, ...]:
    """a, b of shape (neurons,) with Σ0 = size and 𝒮0 = 0 exactly."""
    a, b = rng.normal(size=(2, neurons))
    b -= a * (a @ b) / (a @ a)
    factor = np.sqrt(2 * scale * size / np.sum(a**2 + b**2))
    return a * factor, b * factor
