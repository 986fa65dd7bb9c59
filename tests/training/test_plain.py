"""The ordinary engine: any network, optimiser, activation and task, in few lines."""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pytest
import torch
from engine_checks import check_engine, make_ensemble, step_error

from emergence.models.deep import Deep
from emergence.models.network import initial_parameters
from emergence.models.transformer_parameters import TransformerSizes
from emergence.models.two_layer import TwoLayer
from emergence.randomness import Purpose, Stream
from emergence.tasks.base import Batch, Task
from emergence.tasks.experiments import draw_runs
from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.engines.plain import PlainEngine
from emergence.training.ensemble import Ensemble, Optimizer

PARITY = SparseParity(2, 8, 2, 0.6, 1.0)
INPUTS = PARITY.input_size
NETWORKS = {
    "tanh": (TwoLayer(INPUTS, 6, 0.5, "tanh"), {"optimizer": "adamw", "weight_decay": 0.1}),
    "momentum": (TwoLayer(INPUTS, 6, 0.5), {"momentum": 0.9, "n_batches": 2}),
    "transformer": (TransformerSizes(INPUTS, 8, 2, 2), {"momentum": 0.9}),
    "deep": (Deep(INPUTS, (7, 5), 1.0, "gelu"), {"optimizer": "adam"}),
    "linear": (Deep(INPUTS, (), 1.0), {"weight_decay": 0.0}),
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


def test_batches_are_processed_in_parts_without_changing_the_result():
    ensemble = _ensemble("transformer", batch_size=37)
    whole, parts = PlainEngine(ensemble), PlainEngine(ensemble, memory_bytes=60_000)
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


def test_what_it_does_not_know_is_named():
    ensemble = _ensemble("tanh")
    assert PlainEngine.unsupported(ensemble) == ""
    said = PlainEngine.unsupported(replace(ensemble, optimizer=Optimizer("lion")))
    assert said == "optimizer must be one of sgd, adam, adamw, got 'lion'"
    assert "got 'float8'" in PlainEngine.unsupported(replace(ensemble, precision="float8"))


@dataclass(frozen=True)
class Teacher(Task):
    """Linear regression: targets A x of a teacher that each run draws; one scalar is measured."""

    input_size: int = 6
    output_size: int = 2

    measured = MappingProxyType({"risk": ()})
    loss_scale = 1.0

    def draw(self, stream, batch_sizes):
        teacher = stream.normal(Purpose.SIMULATION, 0, self.output_size * self.input_size)
        return {"teacher": teacher.reshape(self.output_size, self.input_size)}

    def batch(self, data, stream, step, batch_size):
        inputs = stream.normal(Purpose.BATCH_BITS, step, batch_size * self.input_size)
        inputs = inputs.reshape(batch_size, self.input_size).astype(np.float32)
        return Batch(inputs, (inputs @ data["teacher"].T).astype(np.float32))

    def measure(self, data, stream, step, n_inputs, outputs):
        inputs = np.eye(self.input_size, dtype=np.float32)
        error = outputs(inputs) - inputs @ data["teacher"].T
        return {"risk": np.mean(error.astype(np.float64) ** 2)}


def test_another_task_with_several_outputs_is_one_class():
    """A deep linear network finds its teacher, from fresh samples without noise."""
    task, streams = Teacher(), (Stream((1, 2), 0), Stream((1, 2), 5))
    network = Deep(task.input_size, (9,), 0.5, "linear", task.output_size)
    ensemble = Ensemble(
        task=task,
        streams=streams,
        data=draw_runs(task, streams, []),
        initial=initial_parameters(network, streams),
        batch_size=20,
        measurement_inputs=0,
        optimizer=Optimizer("sgd", momentum=0.9),
    )
    engine = PlainEngine(ensemble)
    start = engine.measure(0)["risk"]
    assert start.shape == (2,)
    assert step_error(PlainEngine, ensemble) < 1e-5
    engine.advance(0, 300, 0.01, _active(ensemble))
    assert (engine.measure(300)["risk"] < 1e-4 * start).all()
    assert torch.linalg.matrix_rank(engine.networks[0].layers[0].weight) > 2  # not a coincidence
