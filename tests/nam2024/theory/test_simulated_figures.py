"""Tables behind the theory figures."""

import numpy as np
import pytest

from emergence.randomness import Stream, stream_key
from paper.nam2024.theory.simulated_figures import (
    CLOSED_FORM,
    SIMULATION,
    figure05_data,
    figure06_data,
    figure08_data,
    figure09_data,
    figure10_data,
)

AXIS = {"final_time": 100.0, "n_times": 101, "n_markers": 20, "steps_per_time": 20}
SKILLS = {"target_scale": 5.0, "initial_strength": 0.01, "learning_rate": 0.1}


def largest_gap(table, by):
    """Largest distance of a simulated point from the closed form at the same time."""
    keys = [*by, "time"]
    curves = table.assign(time=table["time"].round(9)).pivot_table(
        index=keys, columns="source", values="relative_strength"
    )
    both = curves.dropna()
    assert len(both) == table["source"].eq(SIMULATION).sum()
    return (both[CLOSED_FORM] - both[SIMULATION]).abs().max()


def test_figure05_network_lies_on_eq_25():
    table = figure05_data(
        mode_strengths=(1.0, 0.5, 0.25),
        initial_strength=0.001,
        learning_rate=0.15,
        network_size=6,
        stream=Stream(stream_key(7, "figure05"), 0),
        **AXIS,
    )
    assert 0 < largest_gap(table, ["mode_strength"]) < 0.15 / 20 * np.log(1000)


def test_figure06_marks_the_curve_it_belongs_to():
    data = figure06_data(
        data_exponent=0.6,
        n_skills=5,
        target_scale=5.0,
        initial_strength=0.01,
        learning_rate=0.025,
        threshold=0.05,
        **{**AXIS, "final_time": 200.0, "n_times": 2001},
    )
    closed = data.strengths[data.strengths["source"] == CLOSED_FORM]
    for stage in data.stages[:2].itertuples():
        curve = closed[closed["skill"] == stage.skill]
        for time, level in (
            (stage.emergence_time, 0.05),
            (stage.emergence_time + stage.saturation_time, 0.95),
        ):
            reached = np.interp(time, curve["time"], curve["relative_strength"])
            assert reached == pytest.approx(level, abs=1e-4)
    assert data.stages["loss_before"][0] == pytest.approx(12.5)
    np.testing.assert_allclose(data.stages["loss_after"][:4], data.stages["loss_before"][1:])
    assert largest_gap(data.strengths, ["skill"]) < 0.01
    losses = data.loss.pivot_table(
        index=data.loss["time"].round(9), columns="source", values="loss"
    )
    both = losses.dropna()
    assert len(both) == 21
    assert (both[CLOSED_FORM] - both[SIMULATION]).abs().max() / 12.5 < 0.01


def test_figure08_parts_add_up_to_the_target():
    data = figure08_data(
        target_scale=1.0,
        initial_strength=0.01,
        learning_rate=0.025,
        squared_coupling=1 / 3,
        final_time=1000.0,
        n_times=101,
    )
    parts = data.outputs.pivot_table(index="input", columns="part", values="output")
    assert len(parts) == 8
    np.testing.assert_allclose(parts["sum"], parts["target"], atol=1e-12)
    neurons = parts[["neuron 1", "neuron 2", "neuron 3", "constant"]].sum(axis=1)
    np.testing.assert_allclose(neurons, parts["sum"], atol=1e-12)
    curves = data.strengths.pivot_table(index="time", columns="curve", values="relative_strength")
    np.testing.assert_allclose(
        curves[["neuron 1", "neuron 2", "neuron 3"]].sum(axis=1), curves["sum"], atol=1e-12
    )
    assert curves["sum"].iloc[0] == pytest.approx(curves["multilinear"].iloc[0])


def test_figures_09_and_10_agree_on_the_multilinear_model():
    shares = (0.5, 0.2, 0.1)
    nine = figure09_data(frequencies=shares, **SKILLS, **AXIS)
    ten = figure10_data(frequencies=shares, **SKILLS, **AXIS)
    step = 0.1 * 0.5 * 5.0 / 20
    assert 0 < largest_gap(nine, ["frequency"]) < step * np.log(500)
    assert largest_gap(ten, ["model", "frequency"]) < step * np.log(500)
    multilinear = ten[ten["model"] == "multilinear"].drop(columns="model")
    assert multilinear.reset_index(drop=True).equals(nine)
    start = ten[(ten["model"] == "linear") & (ten["time"] == 0.0)]
    assert (start["relative_strength"] == 0.0).all()
