"""Deviations: what differs from the paper's protocol, and nothing else."""

import copy

import pytest

from emergence.config.load import load_config
from emergence.report.deviations import deviations, in_words


@pytest.fixture(scope="module")
def protocol(repository):
    """The paper's protocol."""
    return load_config([repository / "config" / "full.yaml"], "nam2024")


def test_any_changed_setting_but_machine_and_packing_is_found(protocol):
    changed = copy.deepcopy(protocol)
    changed["preset"], changed["training"]["threads"] = "other", 7
    changed["experiments"]["time"]["runs_per_job"] += 1
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
        (list(range(500, 10001, 500)), "20 values, 500 to 10,000"),
        ({"a": 1e-3, "b": [1]}, "a 0.001, b 1"),
    ],
)
def test_settings_in_words(value, words):
    assert in_words(value) == words
