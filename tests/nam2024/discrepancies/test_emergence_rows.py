"""Rows on emergence: exponents by architecture, spreads over runs and over thresholds."""

import numpy as np
import pandas as pd
import pytest

from paper.nam2024.discrepancies.emergence_rows import emergence_findings

STEPS = np.arange(0, 1001, 100)


def _exponents():
    rows = [("two-layer", 0.6, 1.6, 1.7), ("transformer", 0.9, 1.9, 1.25)]
    return pd.DataFrame(
        [
            {
                "architecture": architecture,
                "data_exponent": alpha,
                "expected": expected,
                "exponent": exponent,
                "low": exponent - 0.25,
                "high": exponent + 0.25,
                "skills": 4,
                "runs": 6,
            }
            for architecture, alpha, expected, exponent in rows
        ]
    )


def _times(experiment="transformer"):
    return pd.DataFrame(
        {
            "experiment": experiment,
            "skill": [1, 2],
            "mean": [200.0, 400.0],
            "std": [10.0, 100.0],
            "geometric_mean": [180.0, 390.0],
            "law": [200.0, 300.0],
        }
    )


def _means(slopes):
    """Straight lines: R_k/S = slope · step."""
    parts = [
        pd.DataFrame({"x": STEPS, "skill": skill, "mean": slope * STEPS})
        for skill, slope in enumerate(slopes, start=1)
    ]
    return pd.concat(parts, ignore_index=True)


PHASES = pd.DataFrame({"phase": "rise", "skill": [2, 1], "scaled_time": [177.0, 166.0]})
PHASE_EXPONENTS = pd.DataFrame({"phase": ["rise"], "exponent": 1.64, "low": 1.62, "high": 1.66})


def _computed(row, times=None, slopes=(1e-3, 1e-3), sharing=None):
    times = _times() if times is None else times
    found = emergence_findings(
        _exponents(), times, _means(slopes), PHASES, PHASE_EXPONENTS, sharing
    )
    return found[row].computed


def test_exponents_and_intervals_are_written_out():
    computed = _computed("38-narrow-transformer")
    assert "alpha 0.9: 1.25 [1, 1.5] against 1.9 (4 skills, 6 runs)" in computed
    assert "1.7" not in computed


def test_two_layer_networks_have_a_row_of_their_own():
    computed = _computed("40-two-layer-exponent", _times("time"))
    assert "alpha 0.6: 1.7 [1.45, 1.95] against 1.6 (4 skills, 6 runs)" in computed
    assert "over the fitted law's for k = 1, 2, ...: 0.9, 1.3;" in computed
    assert computed.endswith("rise 1.64 [1.62, 1.66], P_s(k) times its length 166, 177")
    assert "1.25" not in computed


def test_growth_is_of_the_skills_still_to_come():
    sharing = pd.DataFrame(
        {
            "width": [32, 32, 32, 32, 64],
            "skill_bits": 8,
            "target_scale": 1.0,
            "skill": [1, 2, 2, 3, 2],
            "strength": [0.9, 0.01, 0.04, 0.06, 0.0],
            "growth": [1e4, 2.0, 8.0, 100.0, 5.0],
        }
    )
    computed = _computed("38-narrow-transformer", sharing=sharing)
    assert "by 4 (width 32, n_b 8, S 1), 5 (width 64, n_b 8, S 1)" in computed


def test_spreads_over_runs_and_over_thresholds():
    """On a line through zero the four times are proportional to the thresholds."""
    levels = np.array([0.05, 0.25, 0.45, 0.65])
    times = pd.concat([_times("other").assign(mean=1.0), _times()])
    computed = _computed("39-emergence-error-bars", times)
    assert "at the first threshold 200, 400 steps with relative spread 0.05, 0.25" in computed
    spread = levels.std(ddof=1) / levels.mean()
    assert f"over thresholds 0.05 to 0.65 350, 350 with {spread:.4g}, {spread:.4g}" in computed
    assert "4000·4 = 16000" in computed


@pytest.mark.parametrize(("slopes", "said"), [((1e-3, 1e-4), "200 steps"), ((1e-4, 0), "no mean")])
def test_skills_that_stop_below_the_last_threshold_are_left_out(slopes, said):
    assert said in _computed("39-emergence-error-bars", slopes=slopes)
