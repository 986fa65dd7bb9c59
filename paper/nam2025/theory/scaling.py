"""Loss of the multilinear model by sums over skills, and its local slopes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import zeta

from emergence.theory.layerwise.pairs import sigmoid
from emergence.theory.scaling_laws import scaling_exponent

_FIRST, _LAST = 100.0, 10_000.0  # rarest skill in reach at the ends


def local_slopes(
    *,
    data_exponents: Sequence[float],
    skills: int,
    points: int,
    target_scale: float,
    initial_strength: float,
) -> pd.DataFrame:
    """Slope of ln L on ln X between neighbouring resources X, beside the asymptotic exponent.

    p_k = k^-(1+α)/ζ(1+α). The first `skills` are summed one by one, the rest is not learned yet.
    In units of S²/2: L(T) = Σ p_k (1 - R_k(T)/S)² with the sigmoids at a unit rate, L(D) =
    Σ p_k (1 - p_k)^D, L(N) = Σ_{k>N} p_k. X brings skills 100 to 10,000 in reach.

    Columns bottleneck, alpha, resource (geometric mean of both), local_exponent,
    predicted_exponent.
    """
    k = np.arange(1.0, skills + 1.0)
    rarest = np.geomspace(_FIRST, _LAST, points).round()
    rows = []
    for alpha in data_exponents:
        p = k ** -(1 + alpha) / zeta(1 + alpha)
        rest = zeta(1 + alpha, skills + 1) / zeta(1 + alpha)
        reach = 1 / p[rarest.astype(int) - 1]
        half = np.log(target_scale / initial_strength - 1) / (2 * target_scale)

        def missing(name: str, x: float, p: NDArray = p) -> NDArray:
            if name == "time":
                return (1 - sigmoid(x, initial_strength, target_scale, p)) ** 2
            return np.exp(x * np.log1p(-p)) if name == "data" else k > x

        for name, amounts in (
            ("time", half * reach), ("data", reach.round()), ("parameters", rarest)
        ):  # fmt: skip
            loss = [rest + float(p @ missing(name, x)) for x in amounts]
            slopes = np.diff(np.log(loss)) / np.diff(np.log(amounts))
            rows.append(
                pd.DataFrame(
                    {"bottleneck": name, "alpha": alpha,
                     "resource": np.sqrt(amounts[1:] * amounts[:-1]), "local_exponent": slopes,
                     "predicted_exponent": float(scaling_exponent(name, alpha))}
                )
            )  # fmt: skip
    return pd.concat(rows, ignore_index=True)
