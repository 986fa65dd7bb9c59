"""Growth of gradients along a run that is known from the engine itself."""

import numpy as np
import pytest
import torch

from emergence.tasks.experiments import generate
from emergence.training.engines.plain import PlainEngine
from emergence.training.ensemble import build_ensemble
from paper.nam2024.studies.transformer_sharing import (
    gradient_growth,
    squared_gradients,
    transformer_sharing,
)

WIDTH, RUN = 8, 1


@pytest.fixture
def trained(small_settings):
    options = {"architecture": "transformer", "heads": 2, "mlp_factor": 2, "precision": "float32"}
    return small_settings(**options, momentum=0.9, learning_rate=0.005, steps=25, measure_every=10)


def _engine(settings):
    ensemble = build_ensemble(settings, WIDTH, RUN, generate(settings, WIDTH, RUN, 1))
    return PlainEngine(ensemble), ensemble


@pytest.mark.parametrize(("level", "step"), [(-1.0, 0), (1e9, 25)])
def test_growth_is_between_start_and_the_step_that_stops(trained, level, step):
    found = gradient_growth(trained, WIDTH, RUN, level)
    engine, ensemble = _engine(trained)
    start = squared_gradients(engine, ensemble, 0)
    if step:
        engine.advance(0, step, trained["learning_rate"], np.array([True]))
    assert (found["step"] == step).all()
    np.testing.assert_allclose(found["growth"], squared_gradients(engine, ensemble, step) / start)
    if step:
        strength = engine.measure(step)["strength"][0] / ensemble.task.target_scale
        np.testing.assert_allclose(found["strength"], strength)
        assert (found["growth"] != 1).all()


def test_squared_gradients_are_the_slope_of_the_strength_along_itself(trained):
    """Moving the parameters by ε ∇R_k / |∇R_k| raises R_k by ε |∇R_k|: central differences."""
    engine, ensemble = _engine(trained)
    engine.advance(0, 20, 0.005, np.array([True]))
    found = squared_gradients(engine, ensemble, 10)
    network = ensemble.initial.network.module()
    network.load_state_dict(engine.networks[0].state_dict())
    parameters = list(network.double().parameters())

    def strength():
        measured = []

        def outputs(_, inputs):
            measured.append(network(torch.from_numpy(inputs).double()))
            return measured[-1].detach().numpy()

        value = ensemble.measure(10, outputs)["strength"][0]
        return value, measured

    for skill in range(ensemble.task.n_skills):
        _, outputs = strength()
        half = outputs[skill].numel() // 2**ensemble.task.sparse_bits
        signs = torch.tensor([1.0, -1.0, -1.0, 1.0]).double().repeat_interleave(half)
        gradients = torch.autograd.grad((signs * outputs[skill]).mean(), parameters)
        norm = torch.sqrt(sum((g**2).sum() for g in gradients))
        ends = []
        for shift in (1e-6, -1e-6):
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.data += shift * gradient / norm
            ends.append(strength()[0][skill])
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.data -= shift * gradient / norm
        assert found[skill] == pytest.approx(((ends[0] - ends[1]) / 2e-6) ** 2, rel=1e-3)


def test_every_run_of_an_experiment_is_measured(trained):
    experiments = {"tiny": {"widths": [WIDTH], "runs": 2}}
    table = transformer_sharing([trained], experiments, [-1.0, -2.0])
    assert table[["run", "skill"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    assert (table["width"] == WIDTH).all()
    expected = gradient_growth(trained, WIDTH, 1, -1.0)
    np.testing.assert_array_equal(table.loc[table["run"] == 1, "growth"], expected["growth"])
