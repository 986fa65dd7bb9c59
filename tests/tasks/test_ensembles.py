"""From configuration to settings and training data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.config.load import load_config
from emergence.config.settings import training_settings
from emergence.tasks.sparse_parity.ensembles import (
    batch_sizes,
    build_ensemble,
    generate,
    streams,
    task_of,
)

CONFIG = load_config([], "nam2024")
EXPERIMENTS = sorted(CONFIG["experiments"])


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_settings_rebuild_the_task(name):
    task = task_of(training_settings(CONFIG, name))
    own = CONFIG["experiments"][name].get("task", {})
    for key, value in (CONFIG["task"] | own).items():
        assert key == "kind" or getattr(task, key) == value


def test_streams_belong_to_experiment_value_and_run():
    settings = training_settings(CONFIG, "data")
    together = streams(settings, 500, 0, 6)
    assert together[4] == streams(settings, 500, 4, 1)[0]
    assert streams(settings, 600, 0, 1) != together[:1]
    assert streams(training_settings(CONFIG, "time"), 500, 0, 1) != together[:1]
    assert streams(settings | {"root_seed": 1}, 500, 0, 1) != together[:1]


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


@pytest.mark.parametrize("skill_bits", [20, 40])
@pytest.mark.parametrize("size", [10, 75])
def test_a_fixed_set_is_stored_and_rebuilt_whole(small_settings, skill_bits, size):
    settings = small_settings(
        resource="data", task={"n_skills": 3, "skill_bits": skill_bits}, batch_size=20
    )
    arrays = generate(settings, size, 0, 4)
    sizes = batch_sizes(size, 20)
    assert arrays["sparse_bits"].shape == (4, 3, 2)
    assert arrays["skill_counts"].shape == (4, len(sizes), 3)
    assert arrays["skill_bits"].shape == (4, size)
    assert arrays["skill_bits"].dtype == (np.uint32 if skill_bits == 20 else np.uint64)
    np.testing.assert_array_equal(arrays["skill_counts"].sum(axis=2), [sizes] * 4)
    ensemble = build_ensemble(settings, size, 0, arrays)
    assert ensemble.initial.width == settings["width"]
    for run in range(4):
        batches = ensemble.fixed_batches[run]
        assert [len(batch.skill_bits) for batch in batches] == sizes
        np.testing.assert_array_equal(
            np.concatenate([batch.skill_bits for batch in batches]), arrays["skill_bits"][run]
        )
        for i, batch in enumerate(batches):
            np.testing.assert_array_equal(batch.skill_counts, arrays["skill_counts"][run, i])


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
    assert first.streams[3] == second.streams[0]
    for name, array in first.initial.arrays().items():
        np.testing.assert_array_equal(array[3], second.initial.arrays()[name][0])


def test_fresh_data_have_the_width_of_the_swept_value(small_settings):
    settings = small_settings(resource="parameters")
    arrays = generate(settings, 11, 0, 2)
    assert arrays.keys() == {"sparse_bits"}
    ensemble = build_ensemble(settings, 11, 0, arrays)
    assert ensemble.initial.width == 11
    assert ensemble.fixed_batches is None
    assert ensemble.batch_size == settings["batch_size"]


def test_data_set_sizes_share_no_samples(small_settings):
    settings = small_settings(resource="data", task={"skill_bits": 60})
    small, large = (generate(settings, size, 0, 1)["skill_bits"][0] for size in (50, 100))
    assert not set(small.tolist()) & set(large.tolist())
