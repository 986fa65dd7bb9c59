"""What networks do beside the models, on made-up runs whose truth is known."""

import numpy as np
import pandas as pd
import pytest
from made_up import paper_settings, runs_table

from emergence.analysis.prediction import predict
from emergence.theory.extended_models import extended_time_skill_fraction
from emergence.theory.setting import Setting
from paper.nam2024 import stated
from paper.nam2024.networks.authors_code import DATA, TIME, authors_code
from paper.nam2024.networks.data_shape import EQUATION, LOGISTIC, data_shape
from paper.nam2024.networks.decoupling import LEARNED, PLATEAU, UNLEARNED, decoupling
from paper.nam2024.networks.loss import loss_over_time, total_loss
from paper.nam2024.networks.phases import phases
from paper.nam2024.networks.saturation import saturation
from paper.nam2024.networks.sums import strength_sums
from paper.nam2024.networks.table5 import table5_shares
from paper.nam2024.networks.transfer import transfer

SHARES = np.arange(1, 6) ** -1.6 / np.sum(np.arange(1, 6) ** -1.6)
STEPS = np.arange(0, 20_001, 50)
COUPLING, DIVISOR = 0.05, 3.6
CONFIDENCE = 0.95


def fitted(value):
    return {"value": value, "low": 0.98 * value, "high": 1.02 * value}


def curve(steps, share, coupling=COUPLING):
    """R/S of Eq. 14."""
    setting = Setting(5.0, 0.01**2 / DIVISOR, 0.04)
    return extended_time_skill_fraction(steps, share, setting, squared_coupling=coupling)


def time_runs(strength):
    """Runs over time from strengths (runs, skills, points), each with the loss (1 - R/S)² S²/2."""
    return runs_table(strength, STEPS, loss=12.5 * (1 - strength) ** 2)


def model_runs(speeds=(0.97, 1.0, 1.03), delays=(1.0,) * 5):
    """Runs of the model, each with a speed of its own, skill k slowed down by delays[k - 1]."""
    strengths = [
        [curve(STEPS * speed / delay, share) for share, delay in zip(SHARES, delays, strict=True)]
        for speed in speeds
    ]
    return time_runs(np.array(strengths))


def test_transfer_in_time_needs_no_model():
    """A single skill of any shape, seen P_s(k) times as often: the ratio is 1 at every level."""
    shape = np.tanh((STEPS / 700) ** 4)
    many = time_runs(np.stack([np.stack([np.interp(STEPS * p, STEPS, shape) for p in SHARES])] * 2))
    single = time_runs(np.stack([shape[None]] * 2))
    found = transfer(paper_settings(), many, single, fitted(0.05), [0.1, 0.5], CONFIDENCE)
    np.testing.assert_allclose(found.skills["ratio"], 1.0, atol=0.01)
    np.testing.assert_allclose(found.means["ratio"], 1.0, atol=0.01)
    assert found.means["skills"].tolist() == [5, 5]


def test_transfer_among_units_puts_other_skills_first():
    widths = np.arange(1, 25.0)
    shifted = np.tile([np.clip((widths - 1 - 4 * k) / 2, 0, 1) for k in range(5)], (3, 1, 1))
    many, single = (runs_table(one, widths, "parameters") for one in (shifted, shifted[:, :1]))
    found = transfer(paper_settings("parameters"), many, single, fitted(4.0), [0.5], CONFIDENCE)
    assert found.skills["predicted"].tolist() == pytest.approx([2.0, 6.0, 10.0, 14.0, 18.0])
    np.testing.assert_allclose(found.skills["ratio"], 1.0)
    assert found.means.loc[0, ["ratio", "skills"]].tolist() == pytest.approx([1.0, 5])


def test_onset_and_rise_have_exponents_of_their_own():
    """A delay of the first sign leaves the rise as it is; both are ∝ 1/P_s(k) in the model."""
    exact = phases(paper_settings(), model_runs(), 0.05, CONFIDENCE)
    np.testing.assert_allclose(exact.exponents["exponent"], 1.6, atol=0.02)
    spread = exact.times.groupby("phase")["scaled_time"].agg(lambda t: t.max() / t.min())
    assert (spread < 1.02).all()
    rate = 2 * 0.04 * COUPLING * 5 * SHARES
    late = 200 * np.arange(5) ** 2
    shifted = [[curve(np.maximum(STEPS - d, 0), p) for p, d in zip(SHARES, late, strict=True)]] * 2
    found = phases(paper_settings(), time_runs(np.array(shifted)), 0.05, CONFIDENCE)
    onset, rise = found.exponents.set_index("phase").loc[["onset", "rise"], "exponent"]
    assert onset > 1.75
    assert rise == pytest.approx(1.6, abs=0.02)
    rises = found.times.query("phase == 'rise'").sort_values("skill")["time"]
    np.testing.assert_allclose(rises, np.log(0.05 / 0.95 / (0.001 / 0.999)) / rate, rtol=0.05)


def test_saturation_is_the_ratio_of_rises():
    settings, runs = paper_settings(), model_runs(delays=(1.0, 1.0, 1.5, 1.5, 4.0))
    summary = pd.DataFrame({"x": STEPS.astype(float)})
    levels = [0.1, 0.5, 0.9]
    single = paper_settings(n_skills=1, experiment="single")
    speeds = np.array([0.98, 1.0, 1.02])
    alone = time_runs(np.stack([[curve(speed * STEPS, 1.0)] for speed in speeds]))
    tables = [
        predict(one, table, summary, fitted(COUPLING), levels, CONFIDENCE, DIVISOR).emergence
        for one, table in ((settings, runs), (single, alone))
    ]
    found = saturation([settings, single], [runs, alone], tables, CONFIDENCE)
    for _, part in found.rises.query("experiment == 'tiny'").groupby(["start", "end"]):
        np.testing.assert_allclose(part["ratio"][:4], [1, 1, 1 / 1.5, 1 / 1.5], atol=0.02)
        assert part["measured"].isna().tolist() == [False] * 4 + [True]  # not within the run
    control = found.rises.query("experiment == 'single'")
    np.testing.assert_allclose(control["ratio"], 1.0, atol=0.03)  # measured every 50 steps
    assert found.excess["skills"].tolist() == [4, 4, 4]
    np.testing.assert_allclose(found.excess["value"], np.sqrt(1.5), rtol=0.03)
    assert (found.excess["low"] > 1.0).all()


def test_the_models_loss_is_eq_12_and_a_slower_one_is_told():
    settings = paper_settings()
    steps, losses = total_loss(settings, model_runs([1.0]))
    assert losses[0, 0] == pytest.approx(1.0, abs=1e-4)
    assert losses[0, -1] < 0.01
    exact = loss_over_time(settings, model_runs(), fitted(COUPLING), CONFIDENCE, DIVISOR)
    np.testing.assert_allclose(exact.shares["ratio"], 1.0, atol=0.01)
    np.testing.assert_allclose(exact.curve["mean"], exact.curve["predicted"], atol=0.02)
    assert (exact.curve["step"] == steps).all()
    slow = model_runs(delays=(1.3,) * 5)
    found = loss_over_time(settings, slow, fitted(COUPLING), CONFIDENCE, DIVISOR)
    np.testing.assert_allclose(found.shares["ratio"], 1 / 1.3, atol=0.01)
    assert (found.shares["ratio_high"] < 0.9).all()


def test_skills_of_the_model_are_decoupled_and_disturbances_are_found():
    exact = decoupling(paper_settings(), model_runs(), CONFIDENCE).set_index("quantity")
    assert exact.loc[UNLEARNED, "value"] == pytest.approx(1.0, abs=0.01)
    assert exact.loc[LEARNED, "low"] >= 0.0
    assert exact.loc[PLATEAU, "high"] < 1e-6
    runs = model_runs()
    runs.loc[runs["skill"] > 1, "loss"] += 12.5 * 0.1
    first, second = (runs[runs["skill"] == k]["strength"].to_numpy() for k in (1, 2))
    runs.loc[runs["skill"] == 1, "strength"] = first - 0.04 * ((second > 0.1) & (second < 0.9))
    found = decoupling(paper_settings(), runs, CONFIDENCE).set_index("quantity")
    assert found.loc[UNLEARNED, "value"] == pytest.approx(1.1, abs=0.01)
    assert found.loc[LEARNED, "high"] < 0.0


@pytest.mark.parametrize("truth", [EQUATION, LOGISTIC])
def test_the_better_curve_is_told(truth):
    sizes = np.arange(100, 2001, 100.0)
    curves = {
        EQUATION: 1 - np.sqrt(1 - np.minimum(sizes / 770, 1)),
        LOGISTIC: 1 / (1 + (sizes / 520) ** (-1 / 0.16)),
    }
    noise = np.random.default_rng(0).normal(0, 0.02, (5, 1, len(sizes)))
    runs = runs_table(curves[truth] + noise, sizes, "data")
    table = data_shape(paper_settings("data", 1), runs, fitted(700.0), CONFIDENCE)
    table = table.set_index("model")
    low, high = table.loc[EQUATION, ["low", "high"]]
    assert (high < 0) if truth == EQUATION else (low > 0)
    expected = {EQUATION: 770, LOGISTIC: 520}[truth]
    assert table.loc[truth, "samples"] == pytest.approx(expected, rel=0.05)


def test_sums_count_units_whichever_skill_they_go_to():
    widths = np.arange(1, 21.0)
    units = widths / 4
    equal = np.stack([units / 5] * 5)
    in_order = np.stack([np.clip(units - k, 0, 1) for k in range(5)])
    runs = runs_table(np.stack([equal, in_order, in_order]), widths, "parameters")
    found = strength_sums(paper_settings("parameters"), runs, fitted(4.0), CONFIDENCE)
    np.testing.assert_allclose(found.curve["mean"], found.curve["predicted"])
    assert found.totals["measured"].tolist() == pytest.approx([4.0, 8.0, 12.0, 16.0])
    np.testing.assert_allclose(found.totals["ratio"], 1.0)


def test_shares_of_runs_are_counted_at_one_width_beside_the_print():
    strengths = np.array([[0.98, 0.95, 0.3, 0.0, 0.0]] * 6 + [[0.98, 0.04, 0.9, 0.78, 0.0]] * 2)
    both = np.stack([strengths, 0 * strengths], axis=2)
    runs = runs_table(both, [10, 12], "parameters")
    table = table5_shares(runs, 10, CONFIDENCE).set_index("pattern")
    assert table["count"].tolist() == [8, 6, 2, 8, 2, 0]
    assert table["share"].tolist() == [1.0, 0.75, 0.25, 1.0, 0.25, 0.0]
    assert table["printed_share"].tolist() == [1.0, 0.8, 0.1, 1.0, 0.1, 0.0]
    assert (table["printed_low"] <= table["printed_share"]).all()
    with pytest.raises(ValueError, match="no runs with width 11"):
        table5_shares(runs, 11, CONFIDENCE)


def test_the_authors_runs_are_compared_with_themselves():
    """Runs that pass each level where theirs do, and sizes at which one of ours is theirs."""
    levels = [0.0, *stated.AUTHORS_TIME["levels"], 1.0]
    steps = np.arange(0, 2501, 1.0)
    strengths = [
        np.interp(steps, [0.0, *passed, 2500.0], levels)
        for passed in stated.AUTHORS_TIME["crossings"]
    ]
    runs = runs_table(np.array(strengths)[:, None], steps)
    sizes, found = (np.array(one) for one in zip(*stated.AUTHORS_DATA_RUNS, strict=True))
    data = runs_table(found + np.array([-0.01, 0.0, 0.01])[:, None, None], sizes, "data")
    table = authors_code(paper_settings(n_skills=1), runs, data, CONFIDENCE)
    time = table[table["quantity"] == TIME]
    np.testing.assert_allclose(time["value"], 1.0, atol=1e-3)
    assert (time["low"] < 0.99).all()
    assert (time["high"] > 1.01).all()
    sized = table[table["quantity"] == DATA]
    np.testing.assert_allclose(sized["value"], 0.0, atol=1e-12)
    half = 4.302653 * 0.01 * np.sqrt(4 / 3)
    np.testing.assert_allclose(sized["high"], half, rtol=1e-6)
