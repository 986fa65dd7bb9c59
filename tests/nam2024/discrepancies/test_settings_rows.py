"""Rows on settings, against brute force and runs of known truth."""

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from torch.utils.data import DataLoader

from paper.nam2024 import stated
from paper.nam2024.discrepancies.settings_rows import (
    coded_batches,
    half_rise_step,
    settings_findings,
    summed_rates_coded,
    summed_rates_printed,
)

FIT = {"value": 0.05, "confidence": 0.95}


@pytest.fixture(scope="module")
def findings(settings, runs):
    return settings_findings(settings, FIT, runs, None)


@pytest.mark.parametrize(("share", "std", "rate"), [(1.0, 0.01, 0.02), (0.045, 0.001, 0.05)])
def test_half_rise_is_where_the_integrated_model_crosses_one_half(share, std, rate):
    """dR/dT = 2 η B² P R (S - R), integrated from R = σ²/3.6, with η = 2 learning rates."""
    scale, speed = 5.0, 2 * (2 * rate) / 22 * share

    def half(_, strength):
        return strength[0] - scale / 2

    half.terminal = True
    path = solve_ivp(
        lambda _, strength: speed * strength * (scale - strength),
        (0, 1e6),
        [std**2 / 3.6],
        events=half,
        rtol=1e-10,
        atol=1e-14,
    )
    assert half_rise_step(share, std, rate, scale) == pytest.approx(path.t_events[0][0], rel=1e-6)


def test_reading_the_loss_without_its_half_doubles_the_coupling(findings, numbers, truth):
    text = findings["03-loss-half"].computed
    assert text.startswith(f"fitted B² = {FIT['value']:g} with eta = 2 learning rates")
    # exact runs of another r than the fit assumes: B² is near, and exactly doubled by the reading
    as_printed = numbers(text.split("in the code), ")[1])[0]
    assert as_printed == pytest.approx(2 * truth["coupling"], rel=0.1)
    assert numbers(text)[-1] == pytest.approx(as_printed / truth["coupling"], rel=1e-3)


@given(st.integers(1, 60_000))
def test_coded_batches_are_those_of_the_authors_loader(size):
    batch = size // max(1, size // 2000)
    loader = DataLoader(range(size), batch_size=batch)
    sizes = coded_batches(size)
    assert sum(sizes) == size
    assert len(sizes) == len(loader)
    assert all(found == batch for found in sizes[:-1])


def test_summed_rates_by_stepping():
    rate, total = 0.05, 0.0
    for step in range(500_000):
        if step and step % 50_000 == 0:
            rate /= 2
        total += rate
    assert summed_rates_printed() == pytest.approx(total, rel=1e-9)
    rate, total = 0.05, 0.0
    for done in range(100_000):
        total += 3 * rate
        if done % 10_000 == 0:
            rate /= 2
    assert summed_rates_coded(3) == pytest.approx(total, rel=1e-9)


def test_data_sizes_that_the_script_lacks(findings, numbers):
    text = findings["20-dataset-sizes"].computed
    missing = set(stated.DATASET_SIZES_PLOTTED) - set(stated.DATASET_SIZES_TRAINED)
    assert missing == {11000, 12000, 13000, 14000}
    assert all(str(size) in text for size in missing)
    assert set(numbers(text)) >= {29.0, 25.0}


def test_leftover_batches_are_counted(findings, numbers):
    sizes = set(stated.DATASET_SIZES_PLOTTED)
    left = {size: size % (size // max(1, size // 2000)) for size in sizes}
    left = {size: rest for size, rest in left.items() if rest}
    found = numbers(findings["34-leftover-batches"].computed)
    assert found[:4] == [len(left), len(sizes), min(left.values()), max(left.values())]
    assert left[int(found[-1])] == found[-2]


@pytest.fixture
def study():
    """The settings on record and others, for two skills, each to a last step of its own."""
    names = [*stated.PARAMETER_SETTINGS, *(f"tried_{number}" for number in range(20))]
    rows = [
        {
            "setting": name,
            "learning_rate": 0.001 * (number + 1),
            "weight_decay": 5e-5,
            "initial_std": 0.01,
            "step": step,
            "skill": skill,
            "mean": step / 1e6 + skill / 5,
            "std": 0.1,
            "n": 10,
        }
        for number, name in enumerate(names)
        for step in (1000, 10_000 * (number + 1))
        for skill in (2, 1)
    ]
    return pd.DataFrame(rows)


def test_parameter_settings_show_the_last_step_of_those_on_record(settings, runs, study):
    found = settings_findings(settings, FIT, runs, study)["06-parameter-settings"]
    assert "printed (rate 0.001, decay 5e-05): 0.21, 0.41; training_script" in found.computed
    assert "one_skill_script (rate 0.004, decay 5e-05): 0.24, 0.44; lowest" in found.computed
    assert "of all 24 settings tried: 0.21 to 0.44, 0.41 to 0.64;" in found.computed
    assert "tried_" not in found.computed
    assert "parameter_settings.csv" in found.evidence


def test_names_of_settings_are_those_of_the_study(repository):
    preset = yaml.safe_load((repository / "config/parameter_study.yaml").read_text())
    tried = preset["nam2024"]["experiments"]
    assert {f"study_{name}" for name in stated.PARAMETER_SETTINGS} <= tried.keys()


def test_a_strength_of_nothing_has_no_sign(settings, runs, study):
    study["mean"] = -1e-6
    text = settings_findings(settings, FIT, runs, study)["06-parameter-settings"].computed
    assert "printed (rate 0.001, decay 5e-05): 0.00, 0.00;" in text


def test_a_setting_on_record_that_was_not_tried_is_an_error(settings, runs, study):
    with pytest.raises(KeyError, match="printed"):
        settings_findings(settings, FIT, runs, study[study["setting"] != "printed"])


def test_a_smaller_initial_std_delays_the_rise(findings, numbers, runs):
    found = numbers(findings["01-sigma"].computed)
    table = dict(zip(found[-8:-2:2], found[-7:-2:2], strict=True))
    assert list(table) == sorted(stated.INITIAL_STDS)
    assert list(table.values()) == sorted(table.values(), reverse=True)
    mean = runs.groupby("step")["strength"].mean()
    assert found[-1] == pytest.approx(np.interp(0.5, mean, mean.index), rel=1e-3)
