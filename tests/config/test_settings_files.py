"""Settings are read whole or not at all."""

import pytest

from emergence.config.settings_files import read_settings
from emergence.store.files import DamagedFile, write_json


def test_settings_are_read_as_written(tmp_path, small_settings):
    for settings in (small_settings(), small_settings(resource="data")):
        write_json(tmp_path / "s.json", settings)
        assert read_settings(tmp_path / "s.json") == settings


@pytest.mark.parametrize("key", ["experiment", "resource", "task", "steps", "early_stop"])
def test_a_missing_key_is_named(tmp_path, small_settings, key):
    settings = small_settings()
    del settings[key]
    write_json(tmp_path / "s.json", settings)
    with pytest.raises(DamagedFile, match=rf"s\.json is damaged .* no {key}"):
        read_settings(tmp_path / "s.json")


@pytest.mark.parametrize("value", [[], None, "x", {}, {"task": 5}, {"task": {}}])
def test_other_json_is_refused(tmp_path, value):
    write_json(tmp_path / "s.json", value)
    with pytest.raises(DamagedFile, match=r"task\.n_skills"):
        read_settings(tmp_path / "s.json")
