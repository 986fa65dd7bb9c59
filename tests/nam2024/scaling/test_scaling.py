"""Scaling laws of many skills: on curves whose exponents are known, and the preset in small."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emergence.analysis.envelopes import least_at
from emergence.config.load import load_config
from emergence.config.settings import training_settings
from emergence.tasks.sparse_parity.problem import skill_probabilities
from paper.nam2024.claims.scaling_claims import scaling_claims
from paper.nam2024.scaling import predictions as made
from paper.nam2024.scaling.curves import SingleSkill, delays, missing, total_loss
from paper.nam2024.scaling.exponents import scaling
from paper.nam2024.scaling.runs import KEYS, many_skills
from paper.nam2024.studies.tables import measured_interval

# The file of predictions as it was committed before the runs: its SHA-256. The row of the data law
# was made again, with single skills of 2 to 15 samples, while the first runs over time were made
# and before any on data; all other rows are those of the first commit (434ae7d).
COMMITTED = "90507e6f8ed17a81b1950ff8d65ad797aa7540bd056a50e700c48de59a6799ca"

HALF, N_SKILLS, RATIO, RUNS = 2000.0, 100, 1.3, 5


def _calibrations(spread=0.0):
    """Single skills that rise as a sigmoid in ln u around HALF, the fewer units the later."""
    rows = []
    for width, late in ((1000, 1.0), (16, 3.0), (64, 1.5), (256, 1.1)):
        u = np.geomspace(50, 2e5, 300)
        for run in range(RUNS):
            strength = 1 / (1 + (u / (late * HALF * (1 + spread * (run - 2)))) ** -5.0)
            rows.append(_rows("time", width, u, run, strength))
    d = np.geomspace(10, 1e5, 60)
    rows += [_rows("data", 1000, d, run, 1 / (1 + (d / 500) ** -4.0)) for run in range(RUNS)]
    return pd.concat(rows, ignore_index=True)


def _rows(resource, width, x, run, strength):
    return pd.DataFrame(
        {"resource": resource, "skill_bits": 32, "width": width, "x": x, "run": run}
        | {"loss": (1 - strength) ** 2, "strength": strength}
    )


CALIBRATIONS, CRITICAL = _calibrations(), {"value": 4.0}
SPREAD = _calibrations(spread=0.05)


def _points(alpha=0.6):
    """Measured points of the time law, the data law and three widths."""
    steps = np.unique(np.geomspace(3e3, 1e6, 60).round())
    parts = [_law("time", alpha, 1000, steps, steps)]
    sizes = np.geomspace(6600, 260_000, 8)
    parts.append(_law("data", alpha, 1000, sizes, 4 * sizes))
    parts += [_law("compute", alpha, width, width * steps, steps) for width in (16, 64, 256)]
    return pd.concat(parts, ignore_index=True)


def _law(law, alpha, width, x, steps):
    return pd.DataFrame(
        {"law": law, "alpha": alpha, "n_skills": N_SKILLS, "skill_bits": 32, "width": width}
        | {"x": x, "steps": steps}
    )


def _runs(hypothesis, noise=0.003, alpha=0.6):
    """Runs that follow a hypothesis exactly, but for a little noise in the level and the slope."""
    singles, generator = made.Singles.of(CALIBRATIONS, CRITICAL), np.random.default_rng(1)
    parts = []
    for (law, *_), of in made.by_law(_points(alpha)):
        name = "independent" if law == "data" else hypothesis
        for run in range(RUNS):
            level, slope = generator.normal(0.0, noise, 2)
            tilt = np.exp(level) * (of["x"] / of["x"].mean()) ** slope
            loss = made.losses(of, singles, delays(name, RATIO, N_SKILLS)) * tilt
            more = {"strength_loss": loss, "learned_loss": 0.0, "unlearned_excess": 0.0}
            parts.append(of.assign(run=run, loss=loss, **more))
    return pd.concat(parts, ignore_index=True)


def _skills():
    """Every skill learned at HALF but the last, at the end."""
    rows = [
        (*("time", 0.6, N_SKILLS, 32, 1000), run, np.nan, skill, *values)
        for run in range(RUNS)
        for skill, values in ((1, (HALF, 1.0, 0.02)), (2, (2 * HALF, 1.0, 0.04)))
    ]
    rows += [(*row[:7], 3, np.nan, 0.0, 1.05) for row in rows[::2]]
    return pd.DataFrame(rows, columns=[*KEYS, "run", "x", "skill", "p_steps", "strength", "loss"])


def _predictions():
    return _predicted_of(CALIBRATIONS)


def _predicted_of(calibrations):
    points = made.with_parameters(_points())
    return made.predicted(points, made.Singles.of(calibrations, CRITICAL), RATIO)


def _found(runs, predicted=None):
    predicted = _predictions() if predicted is None else predicted
    return scaling([runs], [_skills()], predicted, CALIBRATIONS, CRITICAL, 0.95)


def test_loss_of_many_skills_is_the_sum_of_each():
    single = SingleSkill.of(CALIBRATIONS[CALIBRATIONS["width"] == 1000])
    share, late = skill_probabilities(0.6, 4), delays("linear", RATIO, 4)
    expected = sum(p * single.losses(p * 9000.0 / d) for p, d in zip(share, late, strict=True))
    assert total_loss(9000.0, single, 0.6, late) == pytest.approx(expected)
    carried = total_loss(9000.0, single, 0.6, late, learned=1)
    assert carried == pytest.approx(share[0] * single.losses(share[0] * 9000.0) + share[1:].sum())


def test_delays_meet_at_the_fifth_skill():
    for name in made.HYPOTHESES[1:]:
        found = delays(name, RATIO, 10)
        assert found[[0, 4]] == pytest.approx([1.0, RATIO])
    assert (delays("independent", RATIO, 10) == 1.0).all()


@pytest.mark.parametrize("alpha", [0.3, 0.6, 0.9])
def test_missing_loss_makes_the_staircase_a_power_law(alpha):
    """L + L_C of skills that switch on one by one falls as K^-α, however few skills there are."""
    share = skill_probabilities(alpha, 21)
    learned = np.arange(2, 16)
    loss = np.array([share[k:].sum() for k in learned])
    # Between skills k and k + 1 the sum stands for the integral from k + ½.
    slope = np.polyfit(np.log(learned + 0.5), np.log(loss + missing(alpha, 21)), 1)[0]
    assert slope == pytest.approx(-alpha, abs=0.02)
    tail = np.sum(np.arange(22.0, 3e6) ** -(alpha + 1)) / np.sum(np.arange(1, 22.0) ** -(alpha + 1))
    rest = 3e6**-alpha / alpha / np.sum(np.arange(1, 22.0) ** -(alpha + 1))
    assert tail + rest == pytest.approx(missing(alpha, 21), rel=0.03 + alpha / 21)


def test_exponents_of_independent_skills_are_those_of_the_theory():
    rows = _predictions().set_index(["law", "hypothesis"])
    for law in ("time", "data"):
        one = rows.loc[(law, "independent")]
        assert one["exponent"] == pytest.approx(one["asymptotic"], abs=0.01)
    assert rows.loc[("time", "linear"), "exponent"] > rows.loc[("time", "independent"), "exponent"]


@pytest.mark.parametrize("truth", made.HYPOTHESES)
def test_runs_that_follow_a_hypothesis_have_its_exponent(truth):
    found = _found(_runs(truth))
    time = found.verdicts[found.verdicts["law"] == "time"].set_index("hypothesis")
    assert time.loc[truth, "verdict"] == "holds"
    assert time.loc[truth, "measured"] == pytest.approx(time.loc[truth, "predicted"], abs=0.006)
    other = {"independent": "linear", "linear": "independent"}.get(truth)
    if other:
        assert time.loc[other, "verdict"] == "fails"


def test_a_delay_changes_exponent_and_prefactor_of_the_table():
    found = _found(_runs("linear", noise=0.001)).exponents.set_index("law")
    assert found.loc["time", "low"] > found.loc["time", "predicted"]
    assert found.loc["time", "prefactor_low"] > found.loc["time", "prefactor_predicted"]
    assert found.loc["data", "measured"] == pytest.approx(found.loc["data", "predicted"], abs=3e-3)
    assert list(found["runs"]) == [RUNS] * 4


def test_what_was_thought_of_later_stands_beside_the_predictions():
    found = _found(_runs("linear", noise=0.001))
    time = found.exponents.set_index("law").loc["time"]
    assert time["predicted_low"] == time["predicted_high"] == time["predicted"]  # equal runs
    # (1 - R/S)² is the loss of these single skills.
    assert time["strength_predicted"] == pytest.approx(time["predicted"])
    assert time["strength_measured"] == pytest.approx(time["measured"])
    assert time["delayed"] > time["predicted"]  # skill 2 takes twice as long
    judged = found.verdicts.set_index(["law", "hypothesis"])
    assert judged.loc[("time", "independent"), "excluded"]
    spread = scaling(
        [_runs("linear", 0.001)], [_skills()], _predicted_of(SPREAD), SPREAD, CRITICAL, 0.95
    )
    ends = spread.exponents.set_index("law").loc["time"]
    assert ends["predicted_low"] < ends["predicted"] < ends["predicted_high"]


def _late_in_data(late):
    """Skills at each D that are as strong as a single one with so many times fewer samples."""
    share = skill_probabilities(0.6, N_SKILLS)
    rows = [
        (*("data", 0.6, N_SKILLS, 32, 1000), run, size, skill, np.nan, strength, 1.0)
        for run in range(RUNS)
        for size, factor in late.items()
        for skill in range(1, N_SKILLS + 1)
        for strength in [1 / (1 + (share[skill - 1] * size / factor / 500.0) ** -4.0)]
    ]
    skills = pd.DataFrame(rows, columns=_skills().columns)
    return scaling([_runs("independent")], [skills], _predictions(), CALIBRATIONS, CRITICAL, 0.95)


def test_own_samples_are_those_of_a_single_skill_times_what_was_put_in():
    share, half, late = skill_probabilities(0.6, N_SKILLS), 500.0, {6600.0: 2.0, 31_900.0: 3.0}
    found = _late_in_data(late)
    own = found.own_samples.set_index("x")
    assert own["ratio"].to_dict() == pytest.approx(late, rel=0.01)
    assert (own["last_skill"] >= own["first_skill"]).all()
    # The same curve is at half at 500 samples, so that the factor counts as so much less D.
    learned = found.learned.set_index("x")
    for size, factor in late.items():
        assert learned.loc[size, "learned"] == (share * size / factor >= half * 0.999).sum()
        assert learned.loc[size, "expected"] == (share * size >= half * 0.999).sum()
    # The loss of skills that are late needs the factor at every D.
    assert np.isnan(found.exponents.set_index("law").loc["data", "delayed"])


def test_a_factor_common_to_all_sizes_keeps_the_exponent_in_data():
    sizes = _points()[lambda t: t["law"] == "data"]["x"]
    found = _late_in_data(dict.fromkeys(sizes, 2.0))
    data = found.exponents.set_index("law").loc["data"]
    assert data["delayed"] == pytest.approx(data["predicted"], abs=0.02)


def test_a_run_that_lacks_a_point_is_refused():
    runs = _runs("independent")
    inside = runs[(runs["law"] == "time") & (runs["run"] == 2) & (runs["x"] > 1e5)]
    with pytest.raises(ValueError, match="lacks a point"):
        _found(runs.drop(inside.index[0]))


def test_a_skill_that_passes_before_the_first_measurement_has_no_time():
    task = {"data_exponent": 0.6, "n_skills": 2, "skill_bits": 32, "target_scale": 1.0}
    rows = [
        (1000, 0, step, skill, strength, 0.5 * (1 - strength) ** 2)
        for step, strengths in ((0, (0.0, 0.0)), (100, (0.8, 0.1)), (200, (1.0, 0.9)))
        for skill, strength in enumerate(strengths, start=1)
    ]
    table = pd.DataFrame(rows, columns=["value", "run", "step", "skill", "strength", "loss"])
    found = many_skills([{"resource": "time", "task": task}], [table])
    times = found.skills.set_index("skill")["p_steps"]
    assert np.isnan(times[1])
    assert times[2] == pytest.approx(skill_probabilities(0.6, 2)[1] * 150)
    share = skill_probabilities(0.6, 2)
    last = found.loss.iloc[-1]
    assert last["learned_loss"] == pytest.approx(0.0)  # of skill 1; 0.9 is not above 0.9
    assert found.loss.iloc[0]["unlearned_excess"] == pytest.approx(0.0)
    assert found.loss.iloc[0]["loss"] == pytest.approx(share[0] * 0.04 + share[1] * 0.81)


def test_delays_and_residues_are_those_of_the_skills():
    found = _found(_runs("independent"))
    delay = found.delays.set_index("skill")
    assert list(delay["ratio"].round(2)[:2]) == [1.0, 2.0]
    assert np.isnan(delay.loc[3, "ratio"])
    residues = found.residues.set_index("quantity")["value"]
    assert residues["learned_loss"] == pytest.approx(0.03)
    assert residues["unlearned_excess"] == pytest.approx(0.05)


def test_predictions_that_differ_from_the_calibrations_are_refused():
    changed = _predictions()
    changed.loc[changed["law"] == "time", "exponent"] += 0.001
    with pytest.raises(ValueError, match="are not those of the calibrations"):
        _found(_runs("independent"), changed)
    with pytest.raises(ValueError, match="are not those of the calibrations"):
        _found(_runs("independent"), _predictions().query("law != 'compute'"))
    with pytest.raises(ValueError, match="committed before them"):
        scaling([_runs("independent")], [_skills()], None, CALIBRATIONS, CRITICAL, 0.95)


def test_claims_are_made_of_the_predictions_and_decided_by_the_runs():
    predicted = _predictions()
    before = list(scaling_claims(predicted, scaling([], [], None, None, None, 0.95).exponents, "f"))
    assert {claim.status for claim in before} == {"not-tested"}
    status = {
        claim.id: claim.status
        for claim in scaling_claims(predicted, _found(_runs("linear", 0.001)).exponents, "f")
    }
    assert status.keys() == {claim.id for claim in before}
    assert status["scaling-exponent-time-0.6-100-32-1000"] == "fail"
    assert status["scaling-exponent-data-0.6-100-32-1000"] == "pass"
    assert list(scaling_claims(None, _found(_runs("linear")).exponents, "f")) == []


def test_the_envelope_is_the_least_curve_where_there_is_one():
    x = np.geomspace(1, 100, 21)
    falling, flat = (x, 1 / x), (x[5:], np.full(16, 0.1))
    found = least_at(x, [falling, flat])
    np.testing.assert_allclose(found, np.where(x < 1.0, 0.1, np.minimum(1 / x, 0.1 + (x < x[5]))))
    assert np.isnan(least_at(np.array([1000.0]), [falling])).all()


def _shipped(repository, name):
    return repository / "results/shipped/nam2024/evidence" / f"scaling_{name}"


def test_predictions_were_committed_before_the_runs(repository):
    path = _shipped(repository, "predictions.csv")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == COMMITTED
    config = load_config([repository / "config/scaling.yaml"], "nam2024")
    laws = [name for name in config["experiments"] if name.startswith("law_")]
    settings = [training_settings(config, name) for name in laws]
    calibrations = pd.read_csv(_shipped(repository, "calibrations.csv"))
    critical = json.loads(_shipped(repository, "critical.json").read_text())
    singles = made.Singles.of(calibrations, critical)
    points, committed = made.points_of(settings, config["experiments"]), pd.read_csv(path)
    again = made.predicted(points, singles, committed["ratio"].iloc[0])
    pd.testing.assert_frame_equal(again, committed, rtol=1e-6)


def test_the_rival_delay_is_the_one_that_was_measured(repository):
    table = pd.read_csv(repository / "results/shipped/nam2024/studies/measured.csv")
    found = measured_interval(table, "exponent", "slow_ratio")
    ratio = pd.read_csv(_shipped(repository, "predictions.csv"))["ratio"]
    assert ratio.between(found.low, found.high).all()


@pytest.mark.workflow
def test_the_preset_runs_from_calibrations_to_exponents(fresh):
    tiny = Path(__file__).with_name("tiny.yaml")
    preset = ("--quiet", "all", "--configfile", tiny, "--")
    parts = ("calibrations", "predictions", "disjoint", "data", "widths")
    fresh.build(*preset, *(f"nam2024_scaling_{name}" for name in parts))
    fresh.build(*preset, "nam2024_scaling")
    folder = fresh.folder / "results/scaling/nam2024/networks"
    found = pd.read_csv(folder / "exponents.csv")
    assert set(found["law"]) == {"time", "data", "compute", "parameters"}
    assert found.loc[found["law"] == "time", "measured"].iloc[0] < 0
    loss = pd.read_csv(folder / "scaling.csv")
    assert (loss["loss"] >= 0.999 * loss["strength_loss"]).all()  # E[(g - f)²] ≥ (1 - R)²
