"""Deviations: what differs from the paper's protocol, and nothing else."""

import copy

import pytest

from emergence.config.load import load_config
from emergence.report.deviations import deviations, in_words


@pytest.fixture(scope="module")
def protocol(repository):
    """The paper's protocol."""
    return load_config([repository / "config" / "full.yaml"], "nam2024")


def test_machine_and_packing_are_no_deviation(protocol):
    changed = copy.deepcopy(protocol)
    changed["preset"], changed["training"]["threads"] = "other", 7
    changed["experiments"]["time"]["runs_per_job"] += 1
    assert list(deviations(changed, protocol)) == []


def test_the_default_preset_deviates_where_its_file_says(protocol):
    default = load_config([], "nam2024")
    found = {(row["part"], row["key"]): row for row in deviations(default, protocol)}
    steps = default["experiments"]["data"]["steps"], protocol["experiments"]["data"]["steps"]
    row = found["data", "steps"]
    assert (row["preset"], row["protocol"]) == tuple(f"{n:,}" for n in steps)
    assert found["data", "early_stop"]["protocol"] == "none"
    assert ("transformer", "task.skill_bits") in found
    assert ("data", "learning_rate") not in found


def test_any_changed_setting_is_found(protocol):
    changed = copy.deepcopy(protocol)
    changed["experiments"]["time"]["learning_rate"] = 0.021
    changed["theory"]["figure02"]["target_scale"] = 2.0
    changed["fitting"]["confidence"] = 0.9
    changed["experiments"]["mine"] = {"runs": 3}
    rows = list(deviations(changed, protocol))
    assert [(row["part"], row["key"], row["preset"], row["protocol"]) for row in rows] == [
        ("mine", "(all)", "runs 3", "absent"),
        ("time", "learning_rate", "0.021", "0.02"),
        ("fitting", "confidence", "0.9", "0.95"),
        ("theory", "figure02.target_scale", "2", "1"),
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "none"),
        (40000, "40,000"),
        (5e-5, "5e-05"),
        (True, "True"),
        ([1, 2], "1; 2"),
        (list(range(500, 10001, 500)), "20 values, 500 to 10,000"),
        ({"a": 1e-3, "b": [1]}, "a 0.001, b 1"),
        ("adam", "adam"),
    ],
)
def test_settings_in_words(value, words):
    assert in_words(value) == words
