"""The ordinary engine: any network, optimiser, activation and task, in few lines."""

from dataclasses import replace

import numpy as np
import pytest
from engine_checks import check_engine, make_ensemble

from emergence.models.deep import Deep
from emergence.models.transformer_parameters import TransformerSizes
from emergence.models.two_layer import TwoLayer
from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.plain import PlainEngine
from emergence.training.engines.torch_engine import TorchEngine

PARITY = SparseParity(2, 8, 2, 0.6, 1.0)
INPUTS = PARITY.input_size
NETWORKS = {
    "tanh": (TwoLayer(INPUTS, 6, 0.5, "tanh"), {"optimizer": "adamw", "weight_decay": 0.1}),
    "momentum": (TwoLayer(INPUTS, 6, 0.5), {"momentum": 0.9, "n_batches": 2}),
    "transformer": (TransformerSizes(INPUTS, 8, 2, 2), {"momentum": 0.9}),
    "deep": (Deep(INPUTS, (7, 5), 1.0, "gelu"), {"optimizer": "adam"}),
    "linear": (Deep(INPUTS, (), 1.0), {"weight_decay": 0.0}),
    "two layers": (TwoLayer(INPUTS, 6, 0.5), {"optimizer": "adam"}),
}


def _ensemble(name, **changes):
    network, options = NETWORKS[name]
    options = {"batch_size": 32, "runs": (0, 3), "epsilon": 1e-3, **options, **changes}
    return make_ensemble(PARITY, network=network, **options)


def _active(ensemble):
    return np.ones(ensemble.n_runs, dtype=bool)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_and_optimiser_passes_the_checks_of_all_engines(name):
    checks = check_engine(PlainEngine, _ensemble(name))
    assert not {what: check for what, check in checks.items() if not check.holds}


@pytest.mark.parametrize(
    ("engine_class", "name", "memory_bytes"),
    [(PlainEngine, "transformer", 60_000), (TorchEngine, "two layers", 1000)],
)
def test_batches_are_processed_in_parts_without_changing_the_result(
    engine_class, name, memory_bytes
):
    ensemble = _ensemble(name, batch_size=37)
    whole, parts = engine_class(ensemble), engine_class(ensemble, memory_bytes=memory_bytes)
    assert 1 <= parts._part < 37 <= whole._part
    for engine in (whole, parts):
        engine.advance(0, 10, 0.005, _active(ensemble))
    for name, array in whole.parameters().arrays.items():
        np.testing.assert_allclose(array, parts.parameters().arrays[name], atol=2e-6, rtol=2e-5)
    np.testing.assert_allclose(
        whole.measure(3)["strength"], parts.measure(3)["strength"], atol=1e-6
    )


def test_bfloat16_rounds_the_step_and_only_the_step():
    """8 significant bits: a relative error of the gradient near 2^-8, not of the measurement."""
    exact = _ensemble("transformer", batch_size=256, weight_decay=0.0)
    engines = [PlainEngine(replace(exact, precision=p)) for p in ("float32", "bfloat16")]
    first, second = (engine.measure(0)["strength"] for engine in engines)
    np.testing.assert_array_equal(first, second)
    for engine in engines:
        engine.advance(0, 1, 0.005, _active(exact))
    step, other = (
        np.concatenate([np.ravel(a) for k, a in engine.state().items() if k.startswith("momentum")])
        for engine in engines
    )
    error = np.linalg.norm(step - other) / np.linalg.norm(step)
    assert 2**-12 < error < 2**-4
