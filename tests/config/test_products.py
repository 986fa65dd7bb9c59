"""Arguments of theory products and tables that no schema can refuse by itself."""

import copy

import pytest
import yaml

from emergence.config.load import DEFAULT_FILE, ConfigError, validate

DEFAULT = yaml.safe_load(DEFAULT_FILE.read_text())


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("theory.figure02.times", {"low": 5, "high": 5, "points": 9}, "above low = 5"),
        ("theory.figure05.initial_strength", 0.3, "below every mode strength (0.25)"),
        ("theory.figure05.network_size", 2, "number of mode_strengths = 3"),
        ("theory.figure05.mode_strengths", [0.5, 1.0], "must decrease"),
        ("theory.figure06.threshold", 0.001, "initial_strength / target_scale = 0.002"),
        ("theory.prefactors.settings.time.initial_strength", 2.0, "below target_scale (1.0)"),
        ("theory.prefactors.settings.time.n_skills", "inf", "infinite"),
        ("theory.scaling_measurement.n_skills", ["infinite", 100], "1 / tolerance^2 = 10000"),
        ("theory.simulation_checks", {"draws": 3}, "unknown key 'draws'"),
        ("theory.figure04", {}, "unknown key 'figure04'"),
        ("tables.table01.skill_bits", 20, "n_skills * sparse_bits = 21"),
        ("tables.table03.skill_bits", 2, "skill_bits = 2"),
        ("tables.table05.width", 7, "experiments.parameters.widths"),
    ],
)
def test_what_cannot_be_computed_is_refused(key, value, said):
    config = copy.deepcopy(DEFAULT)
    *path, last = key.split(".")
    place = config
    for part in path:
        place = place[part]
    place[last] = value
    with pytest.raises(ConfigError) as refused:
        validate(config)
    assert said in str(refused.value)
    assert path[1] in str(refused.value) if len(path) > 1 else path[0] in str(refused.value)
