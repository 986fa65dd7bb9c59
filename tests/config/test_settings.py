"""Settings of experiments: what is part of them, read whole or not at all."""

import copy

import pytest

from emergence.config.load import load_config
from emergence.config.settings import read_settings, swept_values, training_settings
from emergence.store.files import DamagedFile, write_json

CONFIG = load_config([], "nam2024")


def _changed(dotted, value):
    config = copy.deepcopy(CONFIG)
    *path, last = dotted.split(".")
    place = config
    for part in path:
        place = place[part]
    assert place.get(last) != value
    place[last] = value
    return config


def test_swept_values_are_sizes_for_data_and_widths_otherwise():
    data = CONFIG["experiments"]["data"] | {"dataset_sizes": [3, 1, 2]}
    assert swept_values(data) == [1, 2, 3]
    assert swept_values(CONFIG["experiments"]["time"]) == CONFIG["experiments"]["time"]["widths"]


# Which keys are part of an experiment's settings decides what is trained again.
NO_PART = {
    *("experiments.data.runs", "experiments.data.runs_per_job", "experiments.data.dataset_sizes"),
    *("fitting.confidence", "emergence.levels", "training.threads", "experiments.time.steps"),
}
PART = {
    *("root_seed", "task.skill_bits", "task.n_skills", "task.target_scale", "training.engine"),
    *("training.device", "measurement.inputs_per_skill", "experiments.data.widths"),
    *("experiments.data.device", "experiments.data.engine", "experiments.data.momentum"),
    *(f"experiments.data.{key}" for key in CONFIG["experiments"]["data"]),
} - NO_PART


def test_what_determines_the_numbers_is_in_the_settings_and_nothing_else():
    settings = training_settings(CONFIG, "data")
    for key in PART | NO_PART:
        value = [77] if key.endswith(("widths", "sizes")) else 77
        changed = training_settings(_changed(key, value), "data") != settings
        assert changed == (key in PART), key


def test_an_experiments_own_task_is_laid_over_the_papers():
    config = _changed("experiments.data.task", {"n_skills": 2})
    assert training_settings(config, "data")["task"] == {
        **{key: value for key, value in CONFIG["task"].items() if key != "kind"},
        "n_skills": 2,
    }
    own = {"kind": "other", "size": 3}
    config = _changed("experiments.data.task", own)
    assert training_settings(config, "data")["task"] == own


def test_settings_are_read_whole_or_not_at_all(tmp_path, small_settings):
    path, settings = tmp_path / "s.json", small_settings()
    write_json(path, settings)
    assert read_settings(path) == settings
    write_json(path, {name: value for name, value in settings.items() if name != "early_stop"})
    with pytest.raises(DamagedFile, match=r"s\.json is damaged .* no early_stop\)"):
        read_settings(path)
    for value in ([], {"task": 5}):
        write_json(path, value)
        with pytest.raises(DamagedFile, match=r"no settings of an experiment, no .*steps"):
            read_settings(path)
