"""Facts of a preset: counts, constants and the origin of figures are read, not typed."""

import pytest

from emergence.report.facts import settings_key
from emergence.store.files import read_json


@pytest.fixture
def facts(made_up):
    return read_json(made_up / "paper/facts.json")


def test_counts(facts):
    assert facts["claims"] == {"pass": 2, "fail": 1, "not-tested": 1}
    assert facts["discrepancies"] > 30


def test_constants_beside_the_papers(facts):
    rows = {row["experiment"]: row for row in facts["calibration"]}
    assert rows.keys() == {"time_calibration", "data_calibration", "parameter_calibration"}
    assert rows["time_calibration"]["paper"] == pytest.approx(1 / 22)
    assert not rows["time_calibration"]["contains_paper"]


def test_every_figure_and_table_names_code_that_exists(facts, repository):
    numbers = {"figure": [], "table": []}
    for exhibit in facts["exhibits"]:
        numbers[exhibit["kind"]].append(exhibit["number"])
        assert (repository / exhibit["code"]).is_file()
    assert numbers == {"figure": list(range(1, 13)), "table": list(range(1, 7))}


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("theory/figure06_loss.csv", "theory.figure06"),
        ("aggregated/time.csv", "experiments.time"),
        ("aggregated/time_calibration_runs.csv", "experiments.time_calibration"),
        ("fits/transformer_rise_curves.csv", "experiments.transformer"),
        ("fits/emergence_times.csv", None),
    ],
)
def test_the_block_behind_a_file(facts, path, key):
    assert settings_key(path, facts["config"]) == key
