"""From shards to tables: nothing lost, nothing of other settings let in."""

import numpy as np
import pandas as pd
import pytest
from made_up import runs_table

from emergence.analysis.aggregation import (
    read_run_table,
    read_summary_table,
    run_matrix,
    run_table,
    summary_table,
)
from emergence.store.files import DamagedFile, write_csv, write_npz
from emergence.store.provenance import digest
from emergence.store.shards import Shard
from emergence.tasks.sparse_parity.problem import SparseParity

STEPS = np.array([0, 10, 20])
RUN_COLUMNS = ["experiment", "value", "run", "step", "skill", "strength", "loss", "training_loss"]
SUMMARY_COLUMNS = ["experiment", "resource", "x", "skill", "mean", "std", "n"]


def _of(resource):
    """Settings of an experiment with two skills."""
    sizes = {"n_skills": 2, "skill_bits": 8, "sparse_bits": 2, "data_exponent": 0.6}
    return {"resource": resource, "task": {**sizes, "target_scale": 1.0}}


def _strength(value, run, step, skill):
    """Any number that names its place, in units of S = 4."""
    return 4.0 * (value / 1000 + run / 100 + step / 7 + skill / 3)


def _write(folder, settings, shard, steps=STEPS, **changes):
    runs = np.arange(shard.first, shard.last + 1)[:, None, None]
    skills = np.arange(1, settings["task"]["n_skills"] + 1)
    strength = _strength(shard.value, runs, steps[:, None], skills)
    arrays = {
        "step": steps,
        "strength": strength,
        "loss": strength + 100.0,
        "training_loss": (runs[:, :, 0] + steps / 1000.0).astype(float),
        "stopped_at": np.full(shard.n_runs, -1),
    } | changes
    path = folder / f"{shard.name}.npz"
    record = {"value": shard.value, "first_run": shard.first}
    write_npz(path, arrays, {"settings_digest": digest(settings), **record})
    return shard, path


@pytest.fixture(scope="module")
def settings(small_settings):
    return small_settings(task={"target_scale": 4.0, "n_skills": 3})


def _all_shards(folder, settings):
    """Two values, runs 0-1, 2-3 and 4 of each."""
    return [
        _write(folder, settings, Shard("tiny", value, first, min(first + 1, 4)))
        for value in (2, 10)
        for first in (0, 2, 4)
    ]


def test_every_number_is_in_its_place_whatever_the_order_of_shards(tmp_path, settings):
    table = run_table(settings, reversed(_all_shards(tmp_path, settings)))
    assert table.columns.tolist() == RUN_COLUMNS
    order = ["value", "run", "step", "skill"]
    expected = pd.MultiIndex.from_product([[2, 10], range(5), STEPS, [1, 2, 3]], names=order)
    pd.testing.assert_index_equal(pd.MultiIndex.from_frame(table[order]), expected)
    strength = _strength(table["value"], table["run"], table["step"], table["skill"])
    np.testing.assert_allclose(table["strength"], strength / 4.0, rtol=1e-14)
    np.testing.assert_allclose(table["loss"], strength + 100.0, rtol=1e-14)
    np.testing.assert_allclose(table["training_loss"], table["run"] + table["step"] / 1000.0)
    assert set(table["experiment"]) == {"tiny"}


SHARD = Shard("tiny", 2, 0, 1)
NOT_FINITE = np.zeros((2, 3, 3))
NOT_FINITE[1, 2, 0] = np.nan


@pytest.mark.parametrize(
    ("changes", "written", "said"),
    [
        ({"steps": 41}, {}, "other settings"),
        ({}, {"strength": np.zeros((1, 3, 3))}, "shape"),
        ({}, {"loss": np.zeros((2, 3, 1))}, "shape"),
        ({}, {"step": np.arange(4)}, "shape"),
        ({}, {"strength": NOT_FINITE}, "not finite"),
        ({}, {"loss": np.full((2, 3, 3), np.inf)}, "not finite"),
    ],
)
def test_a_shard_of_other_settings_or_with_wrong_arrays_is_refused(
    tmp_path, settings, changes, written, said
):
    files = [_write(tmp_path, settings | changes, SHARD, **written)]
    with pytest.raises(DamagedFile, match=rf"0000-0001\.npz.*{said}"):
        run_table(settings, files)


@pytest.mark.parametrize("lost", [0, 4])
def test_part_of_an_ensemble_is_not_aggregated(tmp_path, settings, lost):
    files = _all_shards(tmp_path, settings)
    for incomplete in (files[:lost] + files[lost + 1 :], [*files, files[lost]]):
        with pytest.raises(DamagedFile, match=r"tiny, value (2|10): the shards hold the runs"):
            run_table(settings, incomplete)


def _runs(resource):
    """A table of four runs at x = 1, 2 and 5."""
    strength = np.random.default_rng(0).normal(size=(4, 2, 3))
    return runs_table(strength, [1, 2, 5], resource, loss=0.0, training_loss=0.0)[RUN_COLUMNS]


@pytest.mark.parametrize("resource", ["time", "data", "parameters"])
def test_summary_is_mean_and_sample_deviation_over_runs_and_the_matrix_holds_them(resource):
    """Where the swept value is the axis, only the last step counts."""
    runs, x_column = _runs(resource), "step" if resource == "time" else "value"
    earlier = [] if resource == "time" else [runs.assign(step=20, strength=-99.0)]
    measured = pd.concat([runs, *earlier]).sample(frac=1, random_state=0)
    table = summary_table(_of(resource), measured)
    assert table.columns.tolist() == SUMMARY_COLUMNS
    assert len(table) == 3 * 2
    assert set(table["resource"]) == {resource}
    for row in table.itertuples():
        chosen = runs[(runs[x_column] == row.x) & (runs["skill"] == row.skill)]["strength"]
        assert row.n == len(chosen) == 4
        assert row.mean == pytest.approx(sum(chosen) / 4, rel=1e-13)
        variance = sum((chosen - row.mean) ** 2) / 3
        assert row.std == pytest.approx(variance**0.5, rel=1e-13)
    x, strength = run_matrix(measured, resource, skill=2)
    assert x.tolist() == [1.0, 2.0, 5.0]
    assert strength.shape == (4, 3)
    for row in runs[runs["skill"] == 2].itertuples():
        assert strength[row.run, [1, 2, 5].index(getattr(row, x_column))] == row.strength


def test_a_missing_point_is_refused_and_a_single_run_has_no_spread():
    runs = _runs("data")
    lost = runs[(runs["run"] == 1) & (runs["value"] == 2)].index
    with pytest.raises(ValueError, match="lack a measured value"):
        run_matrix(runs.drop(index=lost), "data", skill=1)
    alone = runs[runs["run"] == 0]  # says nothing of the spread
    assert summary_table(_of("data"), alone)["std"].isna().all()


READERS = {
    "runs": (read_run_table, lambda: _runs("time")),
    "means": (read_summary_table, lambda: summary_table(_of("time"), _runs("time"))),
}


@pytest.mark.parametrize("kind", READERS)
def test_tables_are_read_as_written_or_refused(tmp_path, kind):
    read, make = READERS[kind]
    path, table = tmp_path / f"{kind}.csv", make()
    finite, needed = ("strength", "step") if kind == "runs" else ("mean", "x")
    write_csv(path, table)
    assert read(path).columns.tolist() == table.columns.tolist()
    for wrong in (
        table.drop(columns=needed),
        table.iloc[:0],
        table.assign(**{finite: np.inf}),
        table.assign(**{finite: "text"}),
    ):
        write_csv(path, wrong)
        with pytest.raises(
            DamagedFile, match=rf"{kind}\.csv is damaged .*(finite|columns {needed})"
        ):
            read(path)


class Mixed(SparseParity):
    """A scalar, a quantity with an axis and one with two, in another order."""

    @property
    def measured(self):
        return {"error": (), "confusion": ("bit", "skill"), "strength": ("skill",)}

    @property
    def axes(self):
        return {"skill": (1, 2), "bit": (0, 1, 2)}


def test_tables_have_the_axes_and_quantities_of_the_task(tmp_path, small_settings):
    settings = small_settings(task={"kind": f"{__name__}:Mixed", "target_scale": 4.0})
    numbers = np.random.default_rng(0)
    shapes = {"error": (2, 3), "confusion": (2, 3, 3, 2), "strength": (2, 3, 2)}
    arrays = {name: numbers.normal(size=shape) for name, shape in shapes.items()}
    files = [_write(tmp_path, settings, SHARD, **arrays)]
    table = run_table(settings, files)
    assert table.columns.tolist()[4:9] == ["bit", "skill", "error", "confusion", "strength"]
    assert len(table) == 2 * 3 * 3 * 2
    for row in table.itertuples():
        step, skill = STEPS.tolist().index(row.step), row.skill - 1
        assert row.error == arrays["error"][row.run, step]
        assert row.confusion == arrays["confusion"][row.run, step, row.bit, skill]
        assert row.strength == arrays["strength"][row.run, step, skill] / 4.0
    means = summary_table(settings, table)
    assert means.columns.tolist() == ["experiment", "resource", "x", "mean", "std", "n"]
    np.testing.assert_allclose(means["mean"], arrays["error"].mean(axis=0))
    assert (means["n"] == 2).all()
    matrix = run_matrix(table, "time", bit=1, skill=2)[1]
    np.testing.assert_array_equal(matrix, arrays["error"])
    write_csv(tmp_path / "table.csv", table)
    assert read_run_table(tmp_path / "table.csv").columns.tolist() == table.columns.tolist()
