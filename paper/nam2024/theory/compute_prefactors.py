"""The prefactor of the compute law by each of its routes, beside the authors'."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from emergence.theory.compute_envelope import lower_envelope
from emergence.theory.finite_skills import missing_skills_loss
from emergence.theory.scaling_laws import (
    compute_optimum,
    compute_optimum_small_strength,
    scaling_exponent,
)
from emergence.theory.validation import positive
from paper.nam2024.theory.authors_values import authors_prefactor


def compute_prefactor_table(
    data_exponents: Iterable[float],
    *,
    computes: ArrayLike,
    n_skills: Iterable[float],
    target_scale: float,
    initial_strength: float,
    learning_rate: float,
) -> pd.DataFrame:
    """The prefactor of Fig. 3's dotted law, by every route (units of S²/2 · C^(-α/(α+2))).

    Routes: "minimum over allocation" (Cor. 5, by optimisation over λ), "small initial strength"
    (sharp step, Prop. 7), "authors" (typed into their code, where they give one); and, for each C,
    "envelope" (min over whole N of the model's loss) and "finite-skills law" (Cor. 5 less the
    missing skills), both L · C^(α/(α+2)) / (S²/2).

    Columns: alpha, route, n_skills, compute (NaN where the value does not depend on it), value,
    n_parameters (the best N at that compute), ratio_to_minimum (to Cor. 5 with n_s → ∞).
    Raises ValueError if an argument is out of range.
    """
    computes = np.atleast_1d(positive("compute", computes))
    model = {"target_scale": target_scale, "initial_strength": initial_strength}
    rate = float(positive("learning_rate", learning_rate)) * target_scale
    half_square = target_scale**2 / 2.0
    skill_counts = [float(skills) for skills in n_skills]
    frames = []
    for alpha in data_exponents:
        exponent = float(scaling_exponent("compute", alpha))
        optima = {
            "minimum over allocation": compute_optimum(alpha, **model).prefactor,
            "small initial strength": compute_optimum_small_strength(alpha, **model).prefactor,
        }
        values = {route: value * rate**exponent / half_square for route, value in optima.items()}
        minimum = values["minimum over allocation"]
        values["authors"] = authors_prefactor(
            "compute",
            data_exponent=alpha,
            learning_rate=learning_rate,
            n_skills=np.inf,
            **model,
        )
        rows = [
            {"route": route, "n_skills": np.inf, "compute": np.nan, "value": value}
            for route, value in values.items()
            if np.isfinite(value)
        ]
        frame = [pd.DataFrame(rows)]
        for skills in skill_counts:
            envelope = lower_envelope(
                computes,
                data_exponent=alpha,
                n_skills=skills,
                learning_rate=learning_rate,
                **model,
            )
            finite_optimum = compute_optimum(alpha, n_skills=skills, **model)
            missing = missing_skills_loss(skills, data_exponent=alpha, target_scale=target_scale)
            law = finite_optimum.prefactor * (rate * computes) ** exponent - missing
            best = finite_optimum.allocation * (rate * computes) ** (1.0 / (alpha + 2.0))
            curves = {
                "envelope": (envelope.loss, envelope.n_parameters),
                "finite-skills law": (law, best),
            }
            frame += [
                pd.DataFrame(
                    {
                        "route": route,
                        "n_skills": skills,
                        "compute": computes,
                        "value": loss * computes**-exponent / half_square,
                        "n_parameters": parameters,
                    }
                )
                for route, (loss, parameters) in curves.items()
            ]
        table = pd.concat(frame, ignore_index=True)
        table.insert(0, "alpha", alpha)
        table["ratio_to_minimum"] = table["value"] / minimum
        frames.append(table)
    return pd.concat(frames, ignore_index=True)
