"""How well Eq. 14 describes the three-neuron network, and with which B², for several S and r."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from emergence.theory.extended_models import extended_time_skill_fraction
from emergence.theory.setting import Setting
from emergence.theory.simulation.three_neuron import mode_strengths, train_three_neurons

EQUAL_SHARES = 1.0 / 3.0  # B² of the paper: three neurons share the skill
_LEARNING_RATE = 0.02  # of the flow: it only scales time
_POINTS = 400


def coupling_table(
    *, target_scales: Sequence[float], relative_initial_strengths: Sequence[float]
) -> pd.DataFrame:
    """B² of the least-squares fit of Eq. 14 to the summed mode strength, over S and r/S.

    The paper names neither S nor r, and the network's flow is not the same for all of them.

    Columns target_scale, relative_initial_strength, squared_coupling, residual (root mean square of
    R/S at that B²), equal_residual (at B² = 1/3), half_rise (time to S/2 over that of Eq. 14 at
    B² = 1/3).
    """
    rows = []
    for scale in target_scales:
        for relative in relative_initial_strengths:
            setting = Setting(scale, relative * scale, _LEARNING_RATE)
            # R reaches S/2 at B² = 1/3 after this time; four times that shows the whole rise.
            half_time = np.log(setting.ratio) / (2.0 * _LEARNING_RATE * EQUAL_SHARES * scale)
            times = np.linspace(0.0, 4.0 * half_time, _POINTS)
            fraction = mode_strengths(train_three_neurons(setting, times)).sum(axis=1) / scale

            def residual(coupling: float, at=times, found=fraction, given=setting) -> float:
                model = extended_time_skill_fraction(at, 1.0, given, squared_coupling=coupling)
                return float(np.sqrt(np.mean((found - model) ** 2)))

            fitted = minimize_scalar(residual, bounds=(0.05, 0.95), method="bounded")
            half = float(np.interp(0.5, fraction, times) / half_time)
            equal = residual(EQUAL_SHARES)
            rows.append((scale, relative, float(fitted.x), float(fitted.fun), equal, half))
    names = ["target_scale", "relative_initial_strength", "squared_coupling", "residual"]
    return pd.DataFrame(rows, columns=[*names, "equal_residual", "half_rise"])
