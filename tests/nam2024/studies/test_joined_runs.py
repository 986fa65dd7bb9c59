"""Studies that join runs of several experiments to one table."""

import numpy as np
import pandas as pd
import pytest

from paper.nam2024.studies.parameter_settings import parameter_settings
from paper.nam2024.studies.transformer_pilots import transformer_pilots


def _runs(strength, width=10):
    """Two runs of two skills, R_k/S = strength · step, the second run a tenth above."""
    run, step, skill = (grid.ravel() for grid in np.meshgrid([0, 1], [0, 50, 100], [1, 2]))
    return pd.DataFrame({"value": width, "run": run, "step": step, "skill": skill}).assign(
        strength=strength * step / skill * (1 + 0.1 * run)
    )


def test_settings_are_compared_at_multiples_of_the_steps(small_settings):
    settings = [small_settings(experiment=f"study_{name}") for name in ("a", "b")]
    runs = [_runs(9.8e-3), _runs(2e-3)]
    table, counts = parameter_settings(settings, runs, every=100, confidence=0.95)
    assert table["setting"].tolist() == ["a", "a", "b", "b"]
    assert (table["step"] == 100).all()
    np.testing.assert_allclose(table["mean"], [1.029, 0.5145, 0.21, 0.105])
    assert (table["n"] == 2).all()
    first = counts.query("pattern == 'skill-1'")  # one of two runs has the 0.98 of Table 5
    assert first["count"].tolist() == [1, 0]
    assert (counts["printed_runs"] == 10).all()
    with pytest.raises(ValueError, match="study_a is not measured at a multiple of 70"):
        parameter_settings(settings, runs, every=70, confidence=0.95)


def test_pilots_have_times_of_each_run_and_their_distance_from_instability(small_settings):
    sizes = {"heads": 2, "mlp_factor": 2, "precision": "float32", "momentum": 0.9}
    settings = small_settings(experiment="pilot_a", architecture="transformer", **sizes)
    found = transformer_pilots([settings], [_runs(2e-3)], 0.05, 0.95)
    np.testing.assert_allclose(found.times["time"], [25, 25 / 1.1, 50, 50 / 1.1])
    (row,) = found.exponents.itertuples()
    assert row.width == 10
    assert row.stability_fraction == pytest.approx(0.05 * 10 * (2 + 8) / 1.9)
