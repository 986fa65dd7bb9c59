"""Tables behind the theory figures."""

import numpy as np
import pytest

from paper.nam2024.theory.simulated_figures import (
    CLOSED_FORM,
    SIMULATION,
    figure06_data,
    figure08_data,
)

AXIS = {"final_time": 100.0, "n_times": 101, "n_markers": 20, "steps_per_time": 20}
SKILLS = {"target_scale": 5.0, "initial_strength": 0.01, "learning_rate": 0.1}
SHARES = (0.5, 0.2, 0.1)


def largest_gap(table, value, by):
    """Largest distance of a simulated point from the closed form at the same time."""
    curves = table.assign(time=table["time"].round(9)).pivot_table(
        index=[*by, "time"], columns="source", values=value
    )
    both = curves.dropna()
    assert len(both) == table["source"].eq(SIMULATION).sum()
    return (both[CLOSED_FORM] - both[SIMULATION]).abs().max()


def test_figure06_marks_the_curve_it_belongs_to():
    data = figure06_data(
        data_exponent=0.6,
        n_skills=5,
        threshold=0.05,
        **SKILLS | {"learning_rate": 0.025},
        **AXIS | {"final_time": 200.0, "n_times": 2001},
    )
    closed = data.strengths[data.strengths["source"] == CLOSED_FORM]
    for stage in data.stages[:2].itertuples():
        curve = closed[closed["skill"] == stage.skill]
        ends = stage.emergence_time + np.array([0.0, stage.saturation_time])
        reached = np.interp(ends, curve["time"], curve["relative_strength"])
        np.testing.assert_allclose(reached, [0.05, 0.95], atol=1e-4)
    assert data.stages["loss_before"][0] == pytest.approx(12.5)
    np.testing.assert_allclose(data.stages["loss_after"][:4], data.stages["loss_before"][1:])
    assert largest_gap(data.strengths, "relative_strength", ["skill"]) < 0.01
    assert largest_gap(data.loss, "loss", []) < 0.01 * 12.5


def test_figure08_parts_add_up_to_the_target():
    data = figure08_data(
        **SKILLS | {"target_scale": 1.0}, squared_coupling=1 / 3, final_time=1000.0, n_times=101
    )
    neurons = ["neuron 1", "neuron 2", "neuron 3"]
    parts = data.outputs.pivot_table(index="input", columns="part", values="output")
    assert len(parts) == 8
    np.testing.assert_allclose(parts["sum"], parts["target"], atol=1e-12)
    added = parts[[*neurons, "constant"]].sum(axis=1)
    np.testing.assert_allclose(added, parts["sum"], atol=1e-12)
    curves = data.strengths.pivot_table(index="time", columns="curve", values="relative_strength")
    np.testing.assert_allclose(curves[neurons].sum(axis=1), curves["sum"], atol=1e-12)
    assert curves["sum"].iloc[0] == pytest.approx(curves["multilinear"].iloc[0])
