"""Checks that every engine must pass, through the engines' interface alone.

Each check trains a given ensemble and returns one number that is 0 for perfect agreement, so that
the same checks serve tests on small networks and a GPU at full size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from emergence.bench.drawn_ensemble import PAPER_TASK, draw_ensemble
from emergence.models.two_layer import NetworkParameters
from emergence.randomness import Stream, stream_key
from emergence.tasks.sparse_parity.measurement import measurement_backgrounds, measurement_inputs
from emergence.tasks.sparse_parity.problem import (
    Batch,
    SparseParity,
    draw_batch,
    skill_functions,
    sparse_masks,
    target,
    unpack,
)
from emergence.training.ensemble import Engine, Ensemble, Measurement, Optimizer

EngineFactory = Callable[[Ensemble], Engine]
State = dict[str, NDArray]

LEARNING_RATE = {"sgd": 0.01, "adam": 0.002}
# A pre-activation below this share of the sum of its terms' absolute values may have either sign.
_KINK = 2.0**-20


@dataclass(frozen=True)
class Check:
    """A check's name, its error and the largest error allowed."""

    name: str
    error: float
    bound: float

    @property
    def passed(self) -> bool:
        """Whether the error is a number within the bound."""
        return bool(self.error <= self.bound)


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
) -> Ensemble:
    """An ensemble for a check; `n_batches` > 0 makes fixed training sets of so many batches."""
    streams = tuple(Stream(stream_key(seed, "engine check"), run) for run in runs)
    return draw_ensemble(
        task,
        streams,
        width,
        initial_std,
        batch_size,
        Optimizer(optimizer, weight_decay, epsilon=epsilon),
        measurement_inputs or 16 << task.sparse_bits,
        n_batches,
    )


def check_engine(
    factory: EngineFactory,
    ensemble: Ensemble,
    steps: int = 20,
    reference: EngineFactory | None = None,
    exact_steps: int | None = None,
) -> list[Check]:
    """All checks of an engine on one ensemble; against another engine's training if one is given.

    exact_steps: length of the trainings that are compared bit for bit, by default `steps`; enough
    that whatever does many steps at a time comes into play.

    Bounds: a step's relative error against float64 stays below 1e-5; equal trainings are equal bit
    for bit; R_k/S is right to 1e-5; the path of another float32 engine is followed to 1% (in a
    batch of 4000 and 1000 units a few samples are at a kink, and each such choice moves a unit).
    """
    exact_steps = exact_steps or steps
    checks = [
        Check("first step against float64", step_error(factory, ensemble), 1e-5),
        Check("later step against float64", step_error(factory, ensemble, steps), 1e-5),
        Check("same training twice", determinism(factory, ensemble, exact_steps), 0.0),
        Check("runs alone", packing_difference(factory, ensemble, exact_steps), 0.0),
        Check("interrupted training", resumption_difference(factory, ensemble, exact_steps), 0.0),
        Check("skill strength against float64", measurement_error(factory, ensemble, steps), 1e-5),
    ]
    if reference:
        difference = trajectory_difference(factory, reference, ensemble, steps)
        checks.append(Check("training by the reference engine", difference, 1e-2))
    return checks


def step_error(factory: EngineFactory, ensemble: Ensemble, steps_before: int = 0) -> float:
    """Relative error of one optimiser step against float64, after `steps_before` ordinary steps.

    The largest, over runs and arrays (parameters' changes, moments, the loss), of the Euclidean
    norm of the error over that of the float64 value. Read-out weights and bias count as one array:
    the bias's gradient, a mean of residuals of both signs, can be arbitrarily small against
    float32's rounding of these. The step's learning rate makes the parameters' changes as large as
    the parameters, so that float32's rounding of the parameters is not what is seen.
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
        for name, array in _by_layer(expected, reference.clear).items():
            errors.append(_relative_error(_by_layer(found, reference.clear)[name], array))
    return float(np.max(errors))


def determinism(factory: EngineFactory, ensemble: Ensemble, steps: int) -> float:
    """Distance (see `state_distance`) between two equal trainings."""
    first, second = (_trained_state(factory, ensemble, steps) for _ in range(2))
    return state_distance(first, second)


def packing_difference(factory: EngineFactory, ensemble: Ensemble, steps: int) -> float:
    """Largest distance between a run trained alone and in the ensemble."""
    together = _trained_state(factory, ensemble, steps)
    return max(
        state_distance(
            {name: array[run : run + 1] for name, array in together.items()},
            _trained_state(factory, alone(ensemble, run), steps),
        )
        for run in _runs(ensemble)
    )


def resumption_difference(
    factory: EngineFactory, ensemble: Ensemble, steps: int, breaks: Iterable[int] = (1, 7)
) -> float:
    """Distance between a training and one that moves to a new engine at some steps."""
    engine, start = factory(ensemble), 0
    for end in [*sorted(step for step in breaks if step < steps), steps]:
        _train(engine, ensemble, start, end)
        state, start = engine.state(), end
        engine = factory(ensemble)
        engine.load_state(state)
    return state_distance(engine.state(), _trained_state(factory, ensemble, steps))


def trajectory_difference(
    factory: EngineFactory, reference: EngineFactory, ensemble: Ensemble, steps: int
) -> float:
    """How far two engines' trainings end apart, against how far they went.

    The largest over runs of |θ - θ'| / |θ' - θ_0|, the norm being over all parameters.
    """
    ends = [_trained_state(engine, ensemble, steps) for engine in (factory, reference)]
    ratios = []
    for run in _runs(ensemble):
        start = _vector({f"parameters/{k}": v for k, v in _initial(ensemble).arrays().items()}, run)
        found, expected = (_vector(end, run) for end in ends)
        ratios.append(np.linalg.norm(found - expected) / np.linalg.norm(expected - start))
    return float(np.max(ratios))


def measurement_error(factory: EngineFactory, ensemble: Ensemble, steps: int) -> float:
    """Largest error of R_k/S and L_k/S² against float64 sums over the same inputs."""
    engine = factory(ensemble)
    _train(engine, ensemble, 0, steps)
    parameters = engine.parameters()
    assert isinstance(parameters, NetworkParameters)
    expected = measure_in_float64(parameters, ensemble, steps)
    found, scale = engine.measure(steps), ensemble.task.target_scale
    strength = np.abs(found.skill_strength - expected.skill_strength).max() / scale
    loss = np.abs(found.skill_loss - expected.skill_loss).max() / scale**2
    return float(max(strength, loss))


def state_distance(first: State, second: State) -> float:
    """Largest, over arrays, of |a - b| / |b| (Euclidean norms); 0 only where all are equal.

    Infinite if a value is not finite or the arrays have other names.
    """
    if first.keys() != second.keys():
        return np.inf
    return max(_relative_error(first[name], second[name]) for name in first)


def alone(ensemble: Ensemble, run: int) -> Ensemble:
    """One run of an ensemble as an ensemble."""
    one = slice(run, run + 1)
    initial = {name: array[one] for name, array in _initial(ensemble).arrays().items()}
    return replace(
        ensemble,
        streams=ensemble.streams[one],
        sparse_bits=ensemble.sparse_bits[one],
        initial=NetworkParameters(**initial),
        fixed_batches=ensemble.fixed_batches and ensemble.fixed_batches[one],
    )


def batch_of(ensemble: Ensemble, run: int, step: int) -> Batch:
    """The batch that a run sees at a step."""
    if ensemble.fixed_batches:
        batches = ensemble.fixed_batches[run]
        return batches[step % len(batches)]
    return draw_batch(ensemble.task, ensemble.streams[run], step, ensemble.batch_size)


def inputs_and_targets(
    ensemble: Ensemble, run: int, step: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs (batch, n_s + n_b) and targets (batch,) of a run's step, float64."""
    task, batch = ensemble.task, batch_of(ensemble, run, step)
    masks = sparse_masks(ensemble.sparse_bits[run])
    inputs = torch.tensor(unpack(task, batch.skills, batch.skill_bits)).double()
    return inputs, torch.tensor(target(task, batch.skills, batch.skill_bits, masks)).double()


def pre_activations(p: dict[str, torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    """z = W x + b, shape (batch, width)."""
    return inputs @ p["input_weights"].T + p["hidden_biases"]


def outputs(p: dict[str, torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    """f = a · ReLU(z) + c, shape (batch,)."""
    return torch.relu(pre_activations(p, inputs)) @ p["output_weights"] + p["output_biases"]


def distance_to_kink(p: dict[str, torch.Tensor], inputs: torch.Tensor) -> torch.Tensor:
    """Smallest |z| over the samples, relative to the sum of its terms' sizes: (width,)."""
    with torch.no_grad():
        terms = inputs @ p["input_weights"].abs().T + p["hidden_biases"].abs()
        return (pre_activations(p, inputs).abs() / terms).amin(0)


def measure_in_float64(parameters: NetworkParameters, ensemble: Ensemble, step: int) -> Measurement:
    """R_k = E[g_k f] and L_k = E[(S g_k - f)²]/2 by brute force."""
    task = ensemble.task
    strength = np.empty((ensemble.n_runs, task.n_skills))
    loss = np.empty_like(strength)
    for run, stream in enumerate(ensemble.streams):
        backgrounds = measurement_backgrounds(task, stream, step, ensemble.measurement_inputs)
        p = {k: torch.tensor(v[run]).double() for k, v in parameters.arrays().items()}
        for skill in range(task.n_skills):
            packed = measurement_inputs(backgrounds, ensemble.sparse_bits[run, skill]).ravel()
            skills = np.full(len(packed), skill)
            f = outputs(p, torch.tensor(unpack(task, skills, packed)).double()).numpy()
            masks = sparse_masks(ensemble.sparse_bits[run])
            g = skill_functions(skills, packed, masks)[:, skill]
            strength[run, skill] = np.mean(g * f)
            loss[run, skill] = np.mean((task.target_scale * g - f) ** 2) / 2
    return Measurement(strength, loss)


@dataclass(frozen=True)
class _Step:
    """A float64 step of one run: -dθ/d(learning rate), θ, moments after it, loss before it.

    clear: for each hidden unit, whether no sample is at its kink.
    """

    directions: State
    parameters: State
    moments: State
    loss: float
    clear: NDArray[np.bool_]

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
    """Gradient by autograd; optimisers by PyTorch's definitions (coupled weight decay)."""
    optimizer = ensemble.optimizer
    p = {
        name: torch.tensor(state[f"parameters/{name}"][run]).double().requires_grad_()
        for name in _initial(ensemble).arrays()
    }
    inputs, targets = inputs_and_targets(ensemble, run, step)
    loss = (outputs(p, inputs) - targets).square().mean()
    loss.backward()
    clear = (distance_to_kink(p, inputs) > _KINK).numpy()
    if not clear.any():
        raise ValueError(f"a sample is at the kink of every hidden unit of run {run}")
    done = int(state["steps_done"][run]) + 1
    directions, parameters = {}, {}
    moments: State = {}
    for name, tensor in p.items():
        theta = parameters[f"parameters/{name}"] = tensor.detach().numpy()
        assert tensor.grad is not None
        gradient = tensor.grad.numpy() + optimizer.weight_decay * theta
        if optimizer.name == "adam":
            m = state[f"moment_1/{name}"][run].astype(np.float64)
            v = state[f"moment_2/{name}"][run].astype(np.float64)
            m = m + (1.0 - optimizer.beta_1) * (gradient - m)
            v = optimizer.beta_2 * v + (1.0 - optimizer.beta_2) * gradient**2
            moments |= {f"moment_1/{name}": m, f"moment_2/{name}": v}
            corrected = np.sqrt(v / (1.0 - optimizer.beta_2**done))
            gradient = m / (1.0 - optimizer.beta_1**done) / (corrected + optimizer.epsilon)
        directions[f"parameters/{name}"] = gradient
    return _Step(directions, parameters, moments, loss.item(), clear)


def _by_layer(arrays: State, units: NDArray[np.bool_]) -> State:
    """The arrays of one run for some hidden units, read-out weights and bias joined."""
    layers = {}
    for name, array in arrays.items():
        if name.endswith("/output_weights"):
            bias = arrays[name.replace("output_weights", "output_biases")]
            layers[name] = np.append(array[units], bias)
        elif not name.endswith("/output_biases"):
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


def _initial(ensemble: Ensemble) -> NetworkParameters:
    assert isinstance(ensemble.initial, NetworkParameters)
    return ensemble.initial


def _runs(ensemble: Ensemble) -> range:
    return range(ensemble.n_runs)


def _train(engine: Engine, ensemble: Ensemble, first: int, last: int) -> None:
    active = np.ones(ensemble.n_runs, dtype=bool)
    if last > first:
        engine.advance(first, last, LEARNING_RATE[ensemble.optimizer.name], active)


def _trained_state(factory: EngineFactory, ensemble: Ensemble, steps: int) -> State:
    engine = factory(ensemble)
    _train(engine, ensemble, 0, steps)
    return engine.state()
