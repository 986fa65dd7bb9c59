"""Checks that every engine must pass, through the engines' interface alone.

Each check trains a given ensemble and returns one number that is 0 for perfect agreement, so that
the same checks serve tests on small networks and a GPU at full size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import functional_call

from emergence.models.network import Network, Parameters, initial_parameters
from emergence.models.two_layer import TwoLayer
from emergence.randomness import Stream, stream_key
from emergence.tasks.base import Measurement
from emergence.tasks.experiments import draw_runs
from emergence.tasks.sparse_parity.measurement import measurement_backgrounds, measurement_inputs
from emergence.tasks.sparse_parity.problem import (
    SparseParity,
    skill_functions,
    sparse_masks,
    unpack,
)
from emergence.training.ensemble import Engine, Ensemble, Optimizer
from emergence.verify.claims import Comparison

EngineFactory = Callable[[Ensemble], Engine]
State = dict[str, NDArray]

PAPER_TASK = SparseParity(
    n_skills=5, skill_bits=32, sparse_bits=3, data_exponent=0.6, target_scale=5.0
)
LEARNING_RATE = {"sgd": 0.01, "adam": 0.002, "adamw": 0.002}
# A pre-activation below this share of the sum of its terms' absolute values may have either sign.
_KINK = 2.0**-20


def make_ensemble(
    task: SparseParity = PAPER_TASK,
    width: int = 20,
    batch_size: int = 200,
    optimizer: str = "sgd",
    runs: tuple[int, ...] = (0,),
    n_batches: int = 0,
    weight_decay: float = 1e-3,
    initial_std: float = 0.3,
    measurement_inputs: int = 0,
    seed: int = 0,
    epsilon: float = 1e-8,
    momentum: float = 0.0,
    network: Network | None = None,
) -> Ensemble:
    """An ensemble for a check; `n_batches` > 0 makes fixed training sets of so many batches.

    network: by default of two layers, with the width and initial_std.
    """
    streams = tuple(Stream(stream_key(seed, "engine check"), run) for run in runs)
    network = network or TwoLayer(task.input_size, width, initial_std)
    return Ensemble(
        task=task,
        streams=streams,
        data=draw_runs(task, streams, [batch_size] * n_batches),
        initial=initial_parameters(network, streams),
        batch_size=batch_size,
        measurement_inputs=measurement_inputs or 16 << task.sparse_bits,
        optimizer=Optimizer(optimizer, weight_decay, epsilon=epsilon, momentum=momentum),
    )


def check_engine(
    factory: EngineFactory,
    ensemble: Ensemble,
    steps: int = 20,
    reference: EngineFactory | None = None,
    exact_steps: int | None = None,
) -> dict[str, Comparison]:
    """All checks of an engine on one ensemble; against another engine's training if one is given.

    exact_steps: length of the trainings that are compared bit for bit, by default `steps`; enough
    that whatever does many steps at a time comes into play.

    Bounds: a step's relative error against float64 stays below 1e-5; equal trainings are equal bit
    for bit; R_k/S is right to 1e-5; the path of another float32 engine is followed to 1% (in a
    batch of 4000 and 1000 units a few samples are at a kink, and each such choice moves a unit).
    """
    exact_steps = exact_steps or steps
    trained = _trained_state(factory, ensemble, exact_steps)
    again = _trained_state(factory, ensemble, exact_steps)
    interrupted = _interrupted_state(factory, ensemble, exact_steps)
    errors = {
        "first step against float64": (step_error(factory, ensemble), 1e-5),
        "later step against float64": (step_error(factory, ensemble, steps), 1e-5),
        "same training twice": (state_distance(again, trained), 0.0),
        "runs alone": (_packing_difference(factory, ensemble, exact_steps, trained), 0.0),
        "interrupted training": (state_distance(interrupted, trained), 0.0),
        "skill strength against float64": (measurement_error(factory, ensemble, steps), 1e-5),
    }
    if reference:
        difference = trajectory_difference(factory, reference, ensemble, steps)
        errors["training by the reference engine"] = (difference, 1e-2)
    return {name: Comparison(0.0, error, bound) for name, (error, bound) in errors.items()}


def step_error(factory: EngineFactory, ensemble: Ensemble, steps_before: int = 0) -> float:
    """Relative error of one optimiser step against float64, after `steps_before` ordinary steps.

    The largest, over runs and arrays (parameters' changes, moments, the loss), of the Euclidean
    norm of the error over that of the float64 value. Read-out weights and bias of two layers count
    as one array, and so do all arrays of other networks: a gradient that is a mean of both signs
    can be arbitrarily small against float32's rounding of what is summed. The step's learning rate
    makes the parameters' changes as large as the parameters, so that float32's rounding of the
    parameters is not what is seen.
    Where a sample is at the kink of a hidden unit, to rounding, the gradient has two values: such
    units are left out. Raises ValueError if this leaves none.
    """
    engine = factory(ensemble)
    _train(engine, ensemble, 0, steps_before)
    before = engine.state()
    references = [_float64_step(ensemble, before, run, steps_before) for run in _runs(ensemble)]
    rate = max(reference.natural_rate for reference in references)
    loss = engine.advance(
        steps_before, steps_before + 1, rate, np.ones(ensemble.n_runs, dtype=bool)
    )
    after = engine.state()
    errors = []
    for run, reference in enumerate(references):
        errors.append(abs(loss[run] / reference.loss - 1.0))
        expected = {**reference.parameter_changes(rate), **reference.moments}
        found = {name: after[name][run].astype(np.float64) for name in expected}
        for name in reference.parameters:
            found[name] -= before[name][run]
        compared = _by_layer(found, reference.clear)
        for name, array in _by_layer(expected, reference.clear).items():
            errors.append(_relative_error(compared[name], array))
    return float(np.max(errors))


def trajectory_difference(
    factory: EngineFactory, reference: EngineFactory, ensemble: Ensemble, steps: int
) -> float:
    """How far two engines' trainings end apart, against how far they went.

    The largest over runs of |θ - θ'| / |θ' - θ_0|, the norm being over all parameters.
    """
    ends = [_trained_state(engine, ensemble, steps) for engine in (factory, reference)]
    ratios = []
    for run in _runs(ensemble):
        start = _vector({f"parameters/{k}": v for k, v in ensemble.initial.arrays.items()}, run)
        found, expected = (_vector(end, run) for end in ends)
        ratios.append(np.linalg.norm(found - expected) / np.linalg.norm(expected - start))
    return float(np.max(ratios))


def measurement_error(factory: EngineFactory, ensemble: Ensemble, steps: int) -> float:
    """Largest error of R_k/S and L_k/S² against float64 sums over the same inputs."""
    engine = factory(ensemble)
    _train(engine, ensemble, 0, steps)
    expected = measure_in_float64(engine.parameters(), ensemble, steps)
    found, scale = engine.measure(steps), parity(ensemble).target_scale
    strength = np.abs(found["strength"] - expected["strength"]).max() / scale
    loss = np.abs(found["loss"] - expected["loss"]).max() / scale**2
    return float(max(strength, loss))


def state_distance(first: State, second: State) -> float:
    """Largest, over arrays, of |a - b| / |b| (Euclidean norms); 0 only where all are equal.

    Infinite if a value is not finite or the arrays have other names.
    """
    if first.keys() != second.keys():
        return np.inf
    return max(_relative_error(first[name], second[name]) for name in first)


def inputs_and_targets(
    ensemble: Ensemble, run: int, step: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs (batch, input size) and targets (batch,) of a run's step, float64."""
    batch = ensemble.batch(run, step)
    return torch.tensor(batch.inputs).double(), torch.tensor(batch.targets).double()


def pre_activations(p: dict[str, torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    """z = W x + b, shape (batch, width)."""
    return inputs @ p["input_weights"].T + p["hidden_biases"]


def outputs(network: Network, p: dict[str, torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    """f, shape (batch,): of a two-layer ReLU network a · ReLU(z) + c, else of its module."""
    if not _has_two_layers(network):
        return functional_call(network.module().double(), p, (inputs,))
    return torch.relu(pre_activations(p, inputs)) @ p["output_weights"] + p["output_biases"]


def distance_to_kink(p: dict[str, torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    """Smallest |z| over the samples, relative to the sum of its terms' sizes: (width,)."""
    with torch.no_grad():
        terms = inputs @ p["input_weights"].abs().T + p["hidden_biases"].abs()
        return (pre_activations(p, inputs).abs() / terms).amin(0)


def measure_in_float64(parameters: Parameters, ensemble: Ensemble, step: int) -> Measurement:
    """R_k = E[g_k f] and L_k = E[(S g_k - f)²]/2 by brute force."""
    task = parity(ensemble)
    strength = np.empty((ensemble.n_runs, task.n_skills))
    loss = np.empty_like(strength)
    for run, stream in enumerate(ensemble.streams):
        positions = ensemble.data["sparse_bits"][run]
        backgrounds = measurement_backgrounds(task, stream, step, ensemble.measurement_inputs)
        p = {k: torch.tensor(v).double() for k, v in parameters.of_run(run).items()}
        for skill in range(task.n_skills):
            packed = measurement_inputs(backgrounds, positions[skill]).ravel()
            skills = np.full(len(packed), skill)
            inputs = torch.tensor(unpack(task, skills, packed)).double()
            with torch.no_grad():
                f = outputs(parameters.network, p, inputs).numpy()
            g = skill_functions(skills, packed, sparse_masks(positions))[:, skill]
            strength[run, skill] = np.mean(g * f)
            loss[run, skill] = np.mean((task.target_scale * g - f) ** 2) / 2
    return {"strength": strength, "loss": loss}


def parity(ensemble: Ensemble) -> SparseParity:
    """The task of an ensemble that is sparse parity."""
    assert isinstance(ensemble.task, SparseParity)
    return ensemble.task


@dataclass(frozen=True)
class _Step:
    """A float64 step of one run: -dθ/d(learning rate), θ, moments after it, loss before it.

    clear: for each hidden unit, whether no sample is at its kink; None where units are not told
    apart.
    """

    directions: State
    parameters: State
    moments: State
    loss: float
    clear: NDArray[np.bool_] | None

    @property
    def natural_rate(self) -> float:
        """Learning rate that changes every array by at least its own size."""
        sizes = [np.linalg.norm(array) for array in self.parameters.values()]
        changes = [np.linalg.norm(array) for array in self.directions.values()]
        return float(max(s / c for s, c in zip(sizes, changes, strict=True) if c))

    def parameter_changes(self, rate: float) -> State:
        """θ after minus θ before the step."""
        return {name: -rate * direction for name, direction in self.directions.items()}


def _float64_step(ensemble: Ensemble, state: State, run: int, step: int) -> _Step:
    """Gradient by autograd; optimisers by PyTorch's definitions."""
    optimizer, network = ensemble.optimizer, ensemble.initial.network
    p = {
        name: torch.tensor(state[f"parameters/{name}"][run]).double().requires_grad_()
        for name in network.shapes
    }
    inputs, targets = inputs_and_targets(ensemble, run, step)
    loss = (outputs(network, p, inputs) - targets).square().sum() / len(targets)
    loss.backward()
    clear = None
    if _has_two_layers(network):
        clear = (distance_to_kink(p, inputs) > _KINK).numpy()
        if not clear.any():
            raise ValueError(f"a sample is at the kink of every hidden unit of run {run}")
    directions, parameters = {}, {}
    moments: State = {}
    for name, tensor in p.items():
        theta = parameters[f"parameters/{name}"] = tensor.detach().numpy()
        assert tensor.grad is not None
        decay = optimizer.weight_decay * theta
        direction = tensor.grad.numpy() + (0.0 if optimizer.name == "adamw" else decay)
        if optimizer.momentum:
            direction = direction + optimizer.momentum * _before(state, "momentum", name, run)
            moments[f"momentum/{name}"] = direction
        if optimizer.name != "sgd":
            m, v = (_before(state, moment, name, run) for moment in ("moment_1", "moment_2"))
            m = m + (1.0 - optimizer.beta_1) * (direction - m)
            v = optimizer.beta_2 * v + (1.0 - optimizer.beta_2) * direction**2
            moments |= {f"moment_1/{name}": m, f"moment_2/{name}": v}
            corrected = np.sqrt(v / (1.0 - optimizer.beta_2 ** (step + 1)))
            direction = m / (1.0 - optimizer.beta_1 ** (step + 1))
            direction = direction / (corrected + optimizer.epsilon)
        if optimizer.name == "adamw":
            direction = direction + decay
        directions[f"parameters/{name}"] = direction
    return _Step(directions, parameters, moments, loss.item(), clear)


def _before(state: State, kind: str, name: str, run: int) -> NDArray[np.float64]:
    return state[f"{kind}/{name}"][run].astype(np.float64)


def _has_two_layers(network: Network) -> bool:
    return isinstance(network, TwoLayer) and network.activation == "relu"


def _by_layer(arrays: State, units: NDArray[np.bool_] | None) -> State:
    """The arrays of one run that are compared: see `step_error`."""
    layers: dict[str, NDArray] = {}
    for name, array in arrays.items():
        kind, _, parameter = name.partition("/")
        if units is None:
            layers[kind] = np.append(layers.get(kind, ()), array)
        elif parameter == "output_weights":
            layers[name] = np.append(array[units], arrays[f"{kind}/output_biases"])
        elif parameter != "output_biases":
            layers[name] = array[units]
    return layers


def _relative_error(found: NDArray, expected: NDArray) -> float:
    """|found - expected| / |expected|."""
    difference = np.linalg.norm(np.subtract(found, expected, dtype=np.float64))
    if not np.isfinite(difference):
        return np.inf
    return float(difference / np.linalg.norm(expected)) if difference else 0.0


def _vector(state: State, run: int) -> NDArray[np.float64]:
    """All parameters of a run, one after the other."""
    names = sorted(name for name in state if name.startswith("parameters/"))
    return np.concatenate([np.ravel(state[name][run]) for name in names]).astype(np.float64)


def _runs(ensemble: Ensemble) -> range:
    return range(ensemble.n_runs)


def alone(ensemble: Ensemble, run: int) -> Ensemble:
    """One run as an ensemble."""
    one = slice(run, run + 1)
    initial = {name: array[one] for name, array in ensemble.initial.arrays.items()}
    return replace(
        ensemble,
        streams=ensemble.streams[one],
        data={name: array[one] for name, array in ensemble.data.items()},
        initial=Parameters(ensemble.initial.network, initial),
    )


def _packing_difference(
    factory: EngineFactory, ensemble: Ensemble, steps: int, together: State
) -> float:
    """Largest distance between a run trained alone and in the ensemble."""
    return max(
        state_distance(
            {name: array[run : run + 1] for name, array in together.items()},
            _trained_state(factory, alone(ensemble, run), steps),
        )
        for run in _runs(ensemble)
    )


def _interrupted_state(factory: EngineFactory, ensemble: Ensemble, steps: int) -> State:
    """After a training that moves to a new engine after steps 1 and 7."""
    engine, start = factory(ensemble), 0
    for end in [*(step for step in (1, 7) if step < steps), steps]:
        _train(engine, ensemble, start, end)
        state, start = engine.state(), end
        engine = factory(ensemble)
        engine.load_state(state)
    return engine.state()


def _train(engine: Engine, ensemble: Ensemble, first: int, last: int) -> None:
    active = np.ones(ensemble.n_runs, dtype=bool)
    if last > first:
        engine.advance(first, last, LEARNING_RATE[ensemble.optimizer.name], active)


def _trained_state(factory: EngineFactory, ensemble: Ensemble, steps: int) -> State:
    engine = factory(ensemble)
    _train(engine, ensemble, 0, steps)
    return engine.state()
