"""Growth of gradients along a run that is known from the engine itself."""

import numpy as np
import pytest

from emergence.analysis.feature_sharing import gradient_growth
from emergence.tasks.experiments import build_ensemble, generate
from emergence.training.engines.transformer.transformer_engine import TransformerEngine

WIDTH, RUN = 8, 1


@pytest.fixture
def trained(small_settings):
    options = {"architecture": "transformer", "heads": 2, "mlp_factor": 2, "precision": "float32"}
    return small_settings(**options, momentum=0.9, learning_rate=0.005, steps=25, measure_every=10)


@pytest.mark.parametrize(("level", "step"), [(-1.0, 0), (1e9, 25)])
def test_growth_is_between_start_and_the_step_that_stops(trained, level, step):
    found = gradient_growth(trained, WIDTH, RUN, level)
    ensemble = build_ensemble(trained, WIDTH, RUN, generate(trained, WIDTH, RUN, 1))
    engine = TransformerEngine(ensemble)
    start = engine.squared_gradients(0)[0]
    if step:
        engine.advance(0, step, trained["learning_rate"], np.array([True]))
    assert (found["step"] == step).all()
    np.testing.assert_allclose(found["growth"], engine.squared_gradients(step)[0] / start)
    if step:
        strength = engine.measure(step).skill_strength[0] / ensemble.task.target_scale
        np.testing.assert_allclose(found["strength"], strength)
        assert (found["growth"] != 1).all()
