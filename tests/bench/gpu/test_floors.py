"""Floors of the paper's trainings at a card's rates."""

import subprocess
import sys

import pandas as pd
import pytest
from emergence.bench.drawn_ensemble import PAPER_TASK

from emergence.bench.engines import Shape
from emergence.bench.gpu.floors import (
    PUBLISHED,
    CardRates,
    experiment_floor_rows,
    floors_as_markdown,
    shape_floors,
)
from emergence.config.load import load_config
from emergence.training.engines.triton.costs import step_bytes, step_operations

PAPER = ("config/paper.yaml",)
CARD = CardRates(operations=1e12, bytes=1e9)


@pytest.fixture(scope="module")
def table():
    return pd.DataFrame(experiment_floor_rows(load_config(PAPER), CARD))


def test_floors_are_operations_and_bytes_over_the_rates():
    floors = shape_floors(Shape("data", 30, 7, "adam", fixed=True), CARD)
    assert floors["operations_ms"] == pytest.approx(step_operations(PAPER_TASK, 7, 30) / 1e9)
    assert floors["bytes_ms"] == pytest.approx(step_bytes(PAPER_TASK, 7, 30, "adam", True) / 1e6)


def test_every_two_layer_experiment_and_value_has_its_floor(table):
    assert set(table["experiment"]) == {
        "time", "data", "parameters", "time_calibration", "data_calibration",
        "parameter_calibration",
    }  # fmt: skip
    assert not table[["experiment", "value"]].duplicated().any()
    time = table[table["experiment"] == "time"].iloc[0]
    # two parts, three products of 4000 samples, 1000 units and 32 bits, two operations each
    assert time["operations"] == 2 * 2 * 3 * 4000 * 1000 * 32
    assert (time["runs"], time["steps"]) == (10, 30_000)
    larger = max(time["operations_ms"], time["bytes_ms"])
    assert time["floor_hours"] == pytest.approx(10 * 30_000 * larger / 3.6e6)
    data = table[table["experiment"] == "data"].set_index("value")
    assert data.loc[500, "batch_size"] == 500
    assert data.loc[35_000, "batch_size"] == pytest.approx(35_000 / 17)
    assert (data["bytes"] > 0).all()


def test_hours_grow_as_the_card_slows(table):
    slow = CardRates(CARD.operations / 2, CARD.bytes / 2)
    slower = pd.DataFrame(experiment_floor_rows(load_config(PAPER), slow))
    assert slower["floor_hours"].sum() == pytest.approx(2 * table["floor_hours"].sum())


def test_the_document_s_table_is_what_the_command_writes(repository, tmp_path):
    """So that it cannot go stale; and the command writes every row as CSV."""
    done = subprocess.run(
        [sys.executable, "scripts/gpu_floors.py", "--config", *PAPER,
         "--output", tmp_path / "floors.csv"],
        cwd=repository, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Computed, not measured")
    assert done.stdout in (repository / "docs" / "gpu.md").read_text()
    table = pd.read_csv(tmp_path / "floors.csv")
    assert floors_as_markdown(table, next(iter(PUBLISHED))) == done.stdout
