"""Interventions on networks in training: silence units, reset inputs, hold parameters, restart.

An ensemble starts from `Ensemble.initial`, so an intervention makes new parameters from those of a
training that stopped, and another training goes on from them: on the same task or on another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emergence.config.experiment_settings import ExperimentSettings
from emergence.models.network import Parameters
from emergence.models.two_layer import TwoLayer
from emergence.store.files import read_npz, write_npz
from emergence.tasks.base import Measurement
from emergence.training.engines.choice import create_engine, resolve_engine
from emergence.training.ensemble import Engine, Ensemble, build_ensemble
from emergence.training.protocol import Progress, measurement_steps, train


@dataclass(frozen=True)
class Trained:
    """What a training leaves.

    step: (measurements,). measured: of each quantity, (runs, measurements, *axes).
    parameters: at the last step.
    """

    step: NDArray[np.int64]
    measured: Mapping[str, NDArray[np.float64]]
    parameters: Parameters


def train_ensemble(
    ensemble: Ensemble,
    settings: ExperimentSettings,
    threads: int = 1,
    held: Mapping[str, NDArray[np.bool_]] | None = None,
) -> Trained:
    """Train from `ensemble.initial` to the last step of the settings, without checkpoints.

    held: see `HeldEngine`; None to train every parameter. The numbers are those of `run_shard`
    where the ensemble is that of `build_ensemble` and nothing is held.
    """
    name, device = resolve_engine(settings["engine"], settings["device"], ensemble)
    engine: Engine = create_engine(name, device, ensemble, threads)
    if held is not None:
        engine = HeldEngine(engine, held)
    measured_at = measurement_steps(settings["steps"], settings["measure_every"])
    progress = Progress.start(ensemble.task, len(measured_at), ensemble.n_runs)
    train(
        engine,
        ensemble.task,
        settings,
        progress,
        lambda: settings["steps"],
        lambda _: None,
        max(1, ensemble.n_batches),
    )
    measured = {name: values.swapaxes(0, 1) for name, values in progress.measured.items()}
    return Trained(measured_at, measured, engine.parameters())


def restarted(
    settings: ExperimentSettings, value: int, data: Mapping[str, NDArray], initial: Parameters
) -> Ensemble:
    """The ensemble of an experiment that starts from given parameters, with streams of its own."""
    ensemble = build_ensemble(settings, value, 0, data)
    if ensemble.initial.network.shapes != initial.network.shapes:
        raise ValueError(
            f"parameters of {initial.network} do not fit {ensemble.initial.network}: other shapes"
        )
    return replace(ensemble, initial=initial)


def silence(parameters: Parameters, units: NDArray[np.bool_]) -> Parameters:
    """Parameters of two-layer networks in which the marked units are zero: the others alone.

    units: (runs, N). A ReLU unit that is zero has no gradient, so it stays zero.
    """
    _two_layer(parameters)
    arrays = {name: array.copy() for name, array in parameters.arrays.items()}
    for name in ("input_weights", "hidden_biases", "output_weights"):
        arrays[name][units] = 0.0
    return Parameters(parameters.network, arrays)


def reset_inputs(
    parameters: Parameters, fresh: Parameters, inputs: NDArray[np.bool_]
) -> Parameters:
    """Parameters whose weights from the marked inputs are those of `fresh`, in every unit.

    inputs: (runs, input size).
    """
    _two_layer(parameters)
    chosen = inputs[:, None, :]
    weights = np.where(chosen, fresh.arrays["input_weights"], parameters.arrays["input_weights"])
    return Parameters(parameters.network, {**parameters.arrays, "input_weights": weights})


def take_inputs(parameters: Parameters, inputs: ArrayLike) -> Parameters:
    """The same units on some of the inputs: exact where all other inputs are zero.

    inputs: their indices in the new order.
    """
    network = _two_layer(parameters)
    indices = np.asarray(inputs)
    weights = np.ascontiguousarray(parameters.arrays["input_weights"][..., indices])
    arrays = {**parameters.arrays, "input_weights": weights}
    return Parameters(replace(network, input_size=len(indices)), arrays)


def unit_strengths(parameters: Parameters) -> NDArray[np.float64]:
    """|a_h| ‖(w_h, b_h)‖ of every unit, (runs, N): zero for a unit that computes nothing."""
    _two_layer(parameters)
    arrays = parameters.astype(np.float64).arrays
    norms = np.sqrt((arrays["input_weights"] ** 2).sum(axis=2) + arrays["hidden_biases"] ** 2)
    return np.abs(arrays["output_weights"]) * norms


class HeldEngine(Engine):
    """An engine whose marked parameters stay as they are: put back after every single step.

    held: by name of the parameter, a mask of its shape in `Parameters.arrays`.
    """

    def __init__(self, engine: Engine, held: Mapping[str, NDArray[np.bool_]]) -> None:
        self._engine, self._held = engine, held
        self._values = {name: engine.parameters().arrays[name][mask] for name, mask in held.items()}

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """See `ensemble.Engine.advance`."""
        loss = np.full(len(active), np.nan)
        for step in range(first_step, last_step):
            loss = self._engine.advance(step, step + 1, learning_rate, active)
            state = self._engine.state()
            for name, mask in self._held.items():
                state[f"parameters/{name}"][mask] = self._values[name]
            self._engine.load_state(state)
        return loss

    def measure(self, step: int) -> Measurement:
        """See `ensemble.Engine.measure`."""
        return self._engine.measure(step)

    def parameters(self) -> Parameters:
        """See `ensemble.Engine.parameters`."""
        return self._engine.parameters()

    def state(self) -> dict[str, NDArray]:
        """See `ensemble.Engine.state`."""
        return self._engine.state()

    def load_state(self, state: dict[str, NDArray]) -> None:
        """See `ensemble.Engine.load_state`."""
        self._engine.load_state(state)


def kept(
    path: Path | None, key: Mapping[str, Any], make: Callable[[], Mapping[str, NDArray]]
) -> Mapping[str, NDArray]:
    """Arrays that a file holds under the same key, else made and written there.

    path: None to keep nothing. key: JSON-like, all that the arrays depend on.
    """
    if path is not None and path.exists():
        arrays, found = read_npz(path)
        if found == key:
            return arrays
    made = make()
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_npz(path, made, key)
    return made


def _two_layer(parameters: Parameters) -> TwoLayer:
    if not isinstance(parameters.network, TwoLayer):
        raise ValueError(f"needed is a two-layer network, got {parameters.network}")
    return parameters.network
