"""From settings to tasks, streams and data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.tasks.base import Task
from emergence.tasks.experiments import batch_sizes, generate, streams
from emergence.tasks.registry import task_modules, task_of
from emergence.tasks.sparse_parity.problem import SparseParity, fixed_batches
from emergence.training.ensemble import build_ensemble

PARITY = {"n_skills": 3, "skill_bits": 20, "sparse_bits": 2, "data_exponent": 0.6}
PARITY |= {"target_scale": 2.0}


def test_a_task_is_named_by_its_kind():
    expected = SparseParity(**PARITY)
    own = f"{SparseParity.__module__}:SparseParity"
    for kind in ({}, {"kind": "sparse_parity"}, {"kind": own}):
        settings = {"task": {**kind, **PARITY}}
        assert task_of(settings) == expected
        assert task_modules(settings) == (
            (SparseParity.__module__,) if own in kind.values() else ()
        )
    with pytest.raises(ValueError, match=r"one of sparse_parity, or MODULE:CLASS, got 'chess'"):
        task_of({"task": {"kind": "chess"}})


class Mixed(SparseParity):
    """Quantities with no axis, one and two."""

    @property
    def measured(self):
        return {"error": (), "strength": ("skill",), "confusion": ("skill", "bit")}

    @property
    def axes(self):
        return {"skill": (1, 2, 3), "bit": (0, 1)}


def test_shapes_and_rows_of_tables_follow_from_the_axes():
    task = Mixed(**PARITY)
    assert isinstance(task, Task)
    assert task.main == "error"
    assert task.shapes == {"error": (), "strength": (3,), "confusion": (3, 2)}
    assert task.table_axes == ("skill", "bit")
    assert task.n_entries == 6


def test_streams_belong_to_experiment_value_and_run(small_settings):
    settings = small_settings()
    together = streams(settings, 500, 0, 6)
    assert together[4] == streams(settings, 500, 4, 1)[0]
    assert streams(settings, 600, 0, 1) != together[:1]
    for change in ({"experiment": "other"}, {"root_seed": 1}):
        assert streams(settings | change, 500, 0, 1) != together[:1]


@given(st.integers(1, 40000), st.integers(1, 4000))
def test_batches_divide_the_whole_set_into_nearly_equal_parts(dataset_size, batch_size):
    sizes = batch_sizes(dataset_size, batch_size)
    assert len(sizes) == max(1, dataset_size // batch_size)
    assert sum(sizes) == dataset_size
    assert max(sizes) - min(sizes) <= 1
    if dataset_size >= batch_size:
        assert batch_size <= max(sizes) < 2 * batch_size
    else:
        assert sizes == [dataset_size]


@pytest.mark.parametrize(("skill_bits", "size"), [(20, 75), (40, 10)])
def test_a_fixed_set_is_stored_and_rebuilt_whole(small_settings, skill_bits, size):
    settings = small_settings(
        resource="data", task={"n_skills": 3, "skill_bits": skill_bits}, batch_size=20
    )
    arrays = generate(settings, size, 0, 4)
    sizes = batch_sizes(size, 20)
    assert arrays["skill_bits"].shape == (4, size)
    assert arrays["skill_bits"].dtype == (np.uint32 if skill_bits <= 32 else np.uint64)
    assert arrays["skill_counts"].shape == (4, len(sizes), 3)
    ensemble = build_ensemble(settings, size, 0, arrays)
    assert ensemble.initial.network.width == settings["width"]
    assert ensemble.n_batches == len(sizes)
    for run in range(4):
        batches = fixed_batches(ensemble.data_of(run))
        assert [len(batch.skill_bits) for batch in batches] == sizes
        bits = np.concatenate([batch.skill_bits for batch in batches])
        np.testing.assert_array_equal(bits, arrays["skill_bits"][run])
        counts = [batch.skill_counts for batch in batches]
        np.testing.assert_array_equal(counts, arrays["skill_counts"][run])
        last, first = (ensemble.batch(run, step) for step in (2 * len(sizes) - 1, 0))
        assert (len(last.targets), len(first.targets)) == (sizes[-1], sizes[0])


@pytest.mark.parametrize("resource", ["time", "data"])
def test_a_run_is_generated_the_same_in_any_shard(small_settings, resource):
    settings = small_settings(resource=resource)
    value = 50 if resource == "data" else 6
    together, alone = generate(settings, value, 0, 5), generate(settings, value, 3, 1)
    assert together.keys() == alone.keys()
    for name, array in together.items():
        np.testing.assert_array_equal(array[3], alone[name][0])
    first, second = (
        build_ensemble(settings, value, start, data) for start, data in ((0, together), (3, alone))
    )
    assert second.streams == first.streams[3:4]
    for name, array in second.initial.arrays.items():
        np.testing.assert_array_equal(array[0], first.initial.arrays[name][3])
    np.testing.assert_array_equal(second.batch(0, 7).inputs, first.batch(3, 7).inputs)


def test_data_set_sizes_share_no_samples(small_settings):
    settings = small_settings(resource="data", task={"skill_bits": 60})
    small, large = (generate(settings, size, 0, 1)["skill_bits"][0] for size in (50, 100))
    assert not set(small.tolist()) & set(large.tolist())
