"""From shards to tables: nothing lost, nothing of other settings let in."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def _all_shards(folder, settings, runs_per_job, values=(2, 10)):
    return [
        _write(folder, settings, Shard("tiny", value, first, min(first + runs_per_job, 5) - 1))
        for value in values
        for first in range(0, 5, runs_per_job)
    ]


def test_every_number_is_in_its_place(tmp_path, settings):
    table = run_table(settings, _all_shards(tmp_path, settings, 2))
    assert table.columns.tolist() == RUN_COLUMNS
    assert len(table) == 2 * 5 * 3 * 3
    assert not table.duplicated(["value", "run", "step", "skill"]).any()
    for row in table.itertuples():
        strength = _strength(row.value, row.run, row.step, row.skill)
        assert row.strength == pytest.approx(strength / 4.0, rel=1e-14)
        assert row.loss == pytest.approx(strength + 100.0, rel=1e-14)
        assert row.training_loss == pytest.approx(row.run + row.step / 1000.0)
        assert row.experiment == "tiny"
    assert table["skill"].unique().tolist() == [1, 2, 3]


@pytest.mark.parametrize("runs_per_job", [1, 3, 4])
def test_the_table_does_not_depend_on_packing_or_order(tmp_path, settings, runs_per_job):
    expected = run_table(settings, _all_shards(tmp_path / "a", settings, 5))
    files = _all_shards(tmp_path / "b", settings, runs_per_job)
    pd.testing.assert_frame_equal(run_table(settings, reversed(files)), expected)


def _assert_refused(settings, files, said):
    with pytest.raises(DamagedFile, match=said) as caught:
        run_table(settings, files)
    assert "0000-0001.npz" in str(caught.value)


SHARD = Shard("tiny", 2, 0, 1)


def test_a_shard_of_other_settings_is_refused(tmp_path, settings):
    files = [_write(tmp_path, settings | {"steps": 41}, SHARD)]
    _assert_refused(settings, files, "other settings")


@pytest.mark.parametrize(
    "changes",
    [
        {"strength": np.zeros((1, 3, 3))},
        {"strength": np.zeros((2, 2, 3))},
        {"strength": np.zeros((2, 3, 2))},
        {"loss": np.zeros((2, 3, 1))},
        {"step": np.arange(4)},
    ],
    ids=["runs", "steps", "skills", "loss", "step"],
)
def test_a_shard_of_the_wrong_shape_is_refused(tmp_path, settings, changes):
    _assert_refused(settings, [_write(tmp_path, settings, SHARD, **changes)], "shape")


@pytest.mark.parametrize("name", ["strength", "loss"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_shard_with_values_that_are_not_finite_is_refused(tmp_path, settings, name, bad):
    values = np.zeros((2, 3, 3))
    values[1, 2, 0] = bad
    _assert_refused(settings, [_write(tmp_path, settings, SHARD, **{name: values})], "not finite")


def test_a_shard_under_the_name_of_another_is_refused(tmp_path, settings):
    (_, first), (shard, second) = (
        _write(tmp_path, settings, Shard("tiny", 2, first, first + 1)) for first in (2, 0)
    )
    first.replace(second)
    _assert_refused(settings, [(shard, second)], "other runs")


@pytest.mark.parametrize("lost", range(6))
def test_part_of_an_ensemble_is_not_aggregated(tmp_path, settings, lost):
    """Two values, runs 0-1, 2-3 and 4 of each."""
    files = _all_shards(tmp_path, settings, 2)
    for incomplete in (files[:lost] + files[lost + 1 :], [*files, files[lost]]):
        with pytest.raises(DamagedFile, match=r"tiny, value (2|10): the shards hold the runs"):
            run_table(settings, incomplete)


def test_a_truncated_shard_is_refused(tmp_path, settings):
    shard, path = _write(tmp_path, settings, SHARD)
    path.write_bytes(path.read_bytes()[:300])
    _assert_refused(settings, [(shard, path)], "damaged")


def _runs(resource, n_runs=4, xs=(1, 2, 5), skills=(1, 2), seed=0):
    numbers = np.random.default_rng(seed)
    rows = [
        {
            "experiment": "tiny",
            "value": 1000 if resource == "time" else x,
            "run": run,
            "step": x if resource == "time" else 40,
            "skill": skill,
            "strength": numbers.normal(),
            "loss": 0.0,
            "training_loss": 0.0,
        }
        for x in xs
        for run in range(n_runs)
        for skill in skills
    ]
    return pd.DataFrame(rows)[RUN_COLUMNS]


@pytest.mark.parametrize("resource", ["time", "data", "parameters"])
def test_summary_is_mean_and_sample_deviation_over_runs(resource):
    runs = _runs(resource)
    table = summary_table(_of(resource), runs)
    assert table.columns.tolist() == SUMMARY_COLUMNS
    assert len(table) == 3 * 2
    assert set(table["resource"]) == {resource}
    x_column = "step" if resource == "time" else "value"
    for row in table.itertuples():
        chosen = runs[(runs[x_column] == row.x) & (runs["skill"] == row.skill)]["strength"]
        assert row.n == len(chosen) == 4
        assert row.mean == pytest.approx(sum(chosen) / 4, rel=1e-13)
        variance = sum((chosen - row.mean) ** 2) / 3
        assert row.std == pytest.approx(variance**0.5, rel=1e-13)


def test_a_single_run_says_nothing_of_the_spread():
    assert summary_table(_of("data"), _runs("data", n_runs=1))["std"].isna().all()


def _with_earlier_steps(runs):
    """The same final values, measured on the way too."""
    earlier = runs.assign(step=20, strength=-99.0)
    return pd.concat([earlier, runs], ignore_index=True)


def test_where_the_swept_value_is_the_axis_only_the_last_step_counts():
    """An experiment over D or N that is also measured on the way has the same final curve."""
    runs = _runs("data")
    pd.testing.assert_frame_equal(
        summary_table(_of("data"), _with_earlier_steps(runs)), summary_table(_of("data"), runs)
    )
    for skill in (1, 2):
        x, strength = run_matrix(_with_earlier_steps(runs), "data", skill=skill)
        expected_x, expected = run_matrix(runs, "data", skill=skill)
        np.testing.assert_array_equal(x, expected_x)
        np.testing.assert_array_equal(strength, expected)


@given(st.sampled_from(["time", "data", "parameters"]), st.integers(1, 6), st.integers(0, 1000))
def test_matrix_has_a_row_per_run_and_a_column_per_x(resource, n_runs, seed):
    runs = _runs(resource, n_runs=n_runs, seed=seed)
    x, strength = run_matrix(runs.sample(frac=1, random_state=seed), resource, skill=2)
    assert x.tolist() == [1.0, 2.0, 5.0]
    assert strength.shape == (n_runs, 3)
    column = "step" if resource == "time" else "value"
    for row in runs[runs["skill"] == 2].itertuples():
        assert strength[row.run, [1, 2, 5].index(getattr(row, column))] == row.strength


def test_a_missing_point_is_refused():
    runs = _runs("data")
    lost = runs[(runs["run"] == 1) & (runs["value"] == 2)].index
    with pytest.raises(ValueError, match="lack a measured value"):
        run_matrix(runs.drop(index=lost), "data", skill=1)


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
        table.assign(**{finite: np.nan}),
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


class Scalar(SparseParity):
    """Only a scalar is measured."""

    @property
    def measured(self):
        return {"error": ()}


@pytest.mark.parametrize("kind", [Mixed, Scalar])
def test_tables_have_the_axes_and_quantities_of_the_task(tmp_path, small_settings, kind):
    settings = small_settings(task={"kind": f"{__name__}:{kind.__name__}", "target_scale": 4.0})
    numbers = np.random.default_rng(0)
    shapes = {"error": (2, 3), "confusion": (2, 3, 3, 2), "strength": (2, 3, 2)}
    arrays = {name: numbers.normal(size=shape) for name, shape in shapes.items()}
    files = [_write(tmp_path, settings, SHARD, **arrays)]
    table = run_table(settings, files)
    if kind is Scalar:
        columns = ["experiment", "value", "run", "step", "error", "training_loss"]
        assert table.columns.tolist() == columns
        np.testing.assert_array_equal(table["error"], arrays["error"].ravel())
    else:
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
    axes = {} if kind is Scalar else {"bit": 1, "skill": 2}
    np.testing.assert_array_equal(run_matrix(table, "time", **axes)[1], arrays["error"])
    write_csv(tmp_path / "table.csv", table)
    assert read_run_table(tmp_path / "table.csv").columns.tolist() == table.columns.tolist()
