"""Arguments that no formula can take are named, and documented examples give what they say."""

import doctest
import importlib
import pkgutil
from dataclasses import replace

import numpy as np
import pytest

import emergence.theory
from emergence.randomness import Stream
from emergence.theory import closed_forms, extended_models, model_loss, scaling_laws, skill_sums
from emergence.theory import scaling_measurement as measurement
from emergence.theory.finite_skills import finite_skills_loss, missing_skills_loss
from emergence.theory.regimes import Limits, bottleneck_loss, resource_for_rarest_skill
from emergence.theory.setting import Setting
from emergence.theory.simulation.bases import random_orthonormal_basis

GOOD = Setting(5.0, 0.01, 0.7)
VALUES = {"target_scale": 5.0, "initial_strength": 0.01, "learning_rate": 0.7}
MODEL = {"setting": GOOD, "data_exponent": 0.6, "n_skills": 10}
STAGES = {"data_exponent": 0.6, "threshold": 0.05}
TAIL = {"n_skills": 10, "data_exponent": 0.6, "target_scale": 5.0}
POINT = {"reference_time": 1.0, "reference_loss": 1.0}
WINDOW = {"tolerance": 0.02, "decades": 0.7, "points": 5, **VALUES}


@pytest.mark.parametrize(
    ("name", "function", "arguments", "keywords"),
    [
        ("target_scale", replace, [GOOD], {"target_scale": 0.0}),
        ("target_scale", replace, [GOOD], {"target_scale": np.inf}),
        ("initial_strength", replace, [GOOD], {"initial_strength": np.nan}),
        ("initial_strength", replace, [GOOD], {"initial_strength": 5.0}),
        ("learning_rate", replace, [GOOD], {"learning_rate": -0.1}),
        ("time", closed_forms.multilinear_skill_loss, [-1.0, 0.5, GOOD], {}),
        ("time", closed_forms.multilinear_skill_loss, [np.nan, 0.5, GOOD], {}),
        ("skill_frequency", closed_forms.multilinear_skill_loss, [1.0, 1.5, GOOD], {}),
        ("skill_frequency", closed_forms.linear_skill_strength, [1.0, -0.1, GOOD], {}),
        ("skill_frequency", closed_forms.emergence_time, [0.0, GOOD], {"threshold": 0.05}),
        ("skill_frequency", closed_forms.saturation_time, [0.0, GOOD], {"threshold": 0.05}),
        ("threshold", closed_forms.emergence_time, [0.5, GOOD], {"threshold": 0.001}),
        ("threshold", closed_forms.emergence_time, [0.5, GOOD], {"threshold": 1.0}),
        ("threshold", closed_forms.saturation_time, [0.5, GOOD], {"threshold": 0.001}),
        ("threshold", closed_forms.saturation_time, [0.5, GOOD], {"threshold": 0.5}),
        ("skill", closed_forms.stage_like_margin, [1.5, GOOD], STAGES),
        ("squared_coupling", extended_models.coupled_setting, [GOOD, 0.0], {}),
        ("squared_coupling", extended_models.coupled_setting, [GOOD, 1.0], {}),
        ("skill_samples", extended_models.extended_data_skill_fraction, [-1, 800], {}),
        ("skill_samples", extended_models.one_shot_skill_loss, [0.5, GOOD], {}),
        ("critical_samples", extended_models.extended_data_skill_fraction, [1, 0], {}),
        ("n_parameters", extended_models.extended_parameter_skill_fraction, [0, 1, 4], {}),
        ("critical_param", extended_models.extended_parameter_skill_fraction, [1, 1, -4], {}),
        ("n_skills", missing_skills_loss, [], TAIL | {"n_skills": 0}),
        ("target_scale", missing_skills_loss, [], TAIL | {"target_scale": 0.0}),
        ("time", finite_skills_loss, [0.0], TAIL | POINT),
        ("data_exponent", skill_sums.skill_normaliser, [0.0, 5], {}),
        ("data_exponent", skill_sums.skill_normaliser, [np.inf, 5], {}),
        ("last_skill", skill_sums.skill_rule, [0.3, 2.5], {}),
        ("last_skill", skill_sums.skill_rule, [0.3, 1e60], {}),
        ("n_learned", model_loss.multilinear_loss, [1.0, 0], MODEL),
        ("n_skills", model_loss.multilinear_loss, [1.0], MODEL | {"n_skills": 2.5}),
        ("data_exponent", model_loss.multilinear_loss, [1.0], MODEL | {"data_exponent": 0.0}),
        ("data_size", model_loss.one_shot_loss, [-1], MODEL),
        ("data_size", model_loss.finite_data_loss, [1.0, 1.5], MODEL),
        ("data_size", model_loss.finite_data_loss, [1.0, np.inf], MODEL),
        ("law", scaling_laws.scaling_exponent, ["energy", 0.3], {}),
        ("data_exponent", scaling_laws.time_prefactor, [-0.1, GOOD], {}),
        ("parameter_ratio", scaling_laws.time_prefactor, [0.3, GOOD], {"parameter_ratio": 0.0}),
        ("data_ratio", scaling_laws.data_prefactor, [0.3, GOOD], {"data_ratio": -1.0}),
        ("learned_share", scaling_laws.parameter_prefactor, [0.3, GOOD], {"learned_share": 1.5}),
        ("allocation", scaling_laws.compute_prefactor, [0.3, GOOD], {"allocation": 0.0}),
        ("bottleneck", resource_for_rarest_skill, ["energy", 1.0, 0.6, GOOD], {}),
        ("bottleneck", bottleneck_loss, ["energy", 1.0, 0.6, GOOD], {"limits": Limits()}),
        ("loss", measurement.fit_power_law, [[1.0, 2.0], [1.0, 0.0], -0.4], {}),
        ("n_skills", measurement.scaling_measurement_table, [[0.3]], WINDOW | {"n_skills": [500]}),
        ("shortage", measurement.regime_table, [[0.3]], WINDOW | {"shortage": 2.0}),
        ("functions", random_orthonormal_basis, [3, 4, Stream(0, 0), 0], {}),
    ],
)
def test_arguments_out_of_range_are_named(name, function, arguments, keywords):
    with pytest.raises(ValueError, match=name):
        function(*arguments, **keywords)


def test_examples_of_the_theory_run():
    counts = [
        doctest.testmod(importlib.import_module(module.name))
        for module in pkgutil.walk_packages(emergence.theory.__path__, "emergence.theory.")
    ]
    assert sum(count.attempted for count in counts) > 20
    assert sum(count.failed for count in counts) == 0
