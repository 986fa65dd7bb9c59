"""Interventions: what is taken, reset or held, and that nothing else changes."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from emergence.tasks.experiments import generate
from emergence.tasks.sparse_parity.problem import unpack
from emergence.training.ensemble import build_ensemble
from emergence.training.interventions import (
    kept,
    reset_inputs,
    restarted,
    silence,
    take_inputs,
    train_ensemble,
    unit_strengths,
)
from emergence.training.shard import run_shard


@pytest.fixture
def settings(small_settings):
    return small_settings(steps=40, measure_every=20)


@pytest.fixture
def ensemble(settings):
    return build_ensemble(settings, 32, 0, generate(settings, 32, 0, 3))


def test_an_ensemble_trains_as_a_job_does(settings, ensemble):
    arrays, _ = run_shard(settings, 32, 0, ensemble.data)
    found = train_ensemble(ensemble, settings)
    assert np.array_equal(found.step, arrays["step"])
    for name, values in found.measured.items():
        assert np.array_equal(values, arrays[name])


def test_silenced_units_stay_zero_and_the_others_train_as_if_alone(settings, ensemble):
    gone = np.zeros((3, 32), dtype=bool)
    gone[:, 16:] = True
    start = silence(ensemble.initial, gone)
    found = train_ensemble(replace(ensemble, initial=start), settings).parameters
    assert not unit_strengths(found)[gone].any()
    few = {n: a[:, :16] if a.ndim > 1 else a for n, a in ensemble.initial.arrays.items()}
    small = replace(ensemble.initial.network, width=16)
    alone = replace(ensemble, initial=replace(ensemble.initial, network=small, arrays=few))
    expected = train_ensemble(alone, settings).parameters
    np.testing.assert_allclose(
        found.arrays["input_weights"][:, :16], expected.arrays["input_weights"], atol=1e-5
    )


def test_reset_inputs_take_the_fresh_weights_only_there(settings, ensemble):
    trained = train_ensemble(ensemble, settings).parameters
    chosen = np.zeros((3, ensemble.task.input_size), dtype=bool)
    chosen[0, 2], chosen[2, 3] = True, True
    found = reset_inputs(trained, ensemble.initial, chosen).arrays["input_weights"]
    before, fresh = trained.arrays["input_weights"], ensemble.initial.arrays["input_weights"]
    assert np.array_equal(found[0, :, 2], fresh[0, :, 2])
    assert np.array_equal(found[2, :, 3], fresh[2, :, 3])
    changed = np.argwhere((found != before).any(axis=1)).tolist()
    assert changed == [[0, 2], [2, 3]]


def _outputs(parameters, run, inputs):
    module = parameters.network.module()
    module.load_state_dict({n: torch.tensor(a) for n, a in parameters.of_run(run).items()})
    return module(torch.from_numpy(inputs)).detach().numpy()


def test_one_skill_alone_is_what_all_skills_compute_on_its_inputs(settings, ensemble):
    task = ensemble.task
    columns = [1, *range(task.n_skills, task.input_size)]
    trained = train_ensemble(ensemble, settings).parameters
    taken = take_inputs(trained, columns)
    inputs = unpack(task, np.ones(50, dtype=int), np.arange(50, dtype=np.uint64))
    found = _outputs(taken, 2, np.ascontiguousarray(inputs[:, columns]))
    np.testing.assert_allclose(found, _outputs(trained, 2, inputs), rtol=1e-5)
    one = {**settings, "task": {**settings["task"], "n_skills": 1}}
    data = {"sparse_bits": ensemble.data["sparse_bits"][:, 1:]}
    assert restarted(one, 32, data, taken).initial is taken
    with pytest.raises(ValueError, match="other shapes"):
        restarted(one, 32, data, trained)


def test_held_parameters_stay_and_the_others_move(settings, ensemble):
    mask = np.zeros(ensemble.initial.arrays["input_weights"].shape, dtype=bool)
    mask[:, :, 1] = True
    found = train_ensemble(ensemble, settings, held={"input_weights": mask}).parameters
    start = ensemble.initial.arrays["input_weights"]
    assert np.array_equal(found.arrays["input_weights"][mask], start[mask])
    assert (found.arrays["input_weights"] != start)[~mask].mean() > 0.5
    nothing = {"input_weights": np.zeros_like(mask)}
    same = train_ensemble(ensemble, settings, held=nothing).parameters
    free = train_ensemble(ensemble, settings).parameters
    for name, array in free.arrays.items():
        assert np.array_equal(array, same.arrays[name])


def test_arrays_are_kept_under_their_key(tmp_path):
    path, made = tmp_path / "folder/arrays.npz", []

    def make():
        made.append(1)
        return {"a": np.array([len(made)])}

    assert kept(path, {"key": 1}, make)["a"] == kept(path, {"key": 1}, make)["a"] == 1
    assert kept(path, {"key": 2}, make)["a"] == 2
