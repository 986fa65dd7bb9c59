"""What an engine trains, and what every engine offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emergence.config.experiment_settings import ExperimentSettings
from emergence.models.architectures import network_of
from emergence.models.network import Parameters, initial_parameters
from emergence.randomness import Stream
from emergence.tasks.base import Batch, Measurement, Task
from emergence.tasks.experiments import streams, width_of
from emergence.tasks.registry import task_of

# MiB of a GPU's memory that an engine in PyTorch may take for samples and activations.
DEFAULT_GPU_MEMORY_MB = 4096


@dataclass(frozen=True)
class Optimizer:
    """Optimiser of the mean square E[|f - target|²] (no ½), with PyTorch's definitions.

    name: "sgd", "adam" or "adamw". weight_decay: decay·θ is added to the gradient of sgd and adam;
    adamw shrinks θ by learning rate · decay instead. momentum: of sgd, μ of v ← μ v + gradient,
    θ ← θ - learning rate · v. The others are Adam's. Raises ValueError for momentum elsewhere.
    """

    name: str
    weight_decay: float = 0.0
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    momentum: float = 0.0

    def __post_init__(self) -> None:
        if self.momentum and self.name != "sgd":
            raise ValueError(f"optimizer {self.name} has no momentum, got {self.momentum!r}")

    @property
    def betas(self) -> tuple[float, float]:
        """Adam's β_1 and β_2."""
        return self.beta_1, self.beta_2


@dataclass(frozen=True)
class Ensemble:
    """Runs that train together: equal task, sizes and batch size; different streams.

    streams: one per run; all of a run's random numbers.
    data: what the runs drew once (see `Task.draw`), each array with the runs first.
    initial: parameters at step 0, float32.
    batch_size: samples of a fresh batch; unused where the training set is fixed.
    measurement_inputs: inputs for each entry of a measured quantity.
    precision: of matrix products: "float32", "tf32" or "bfloat16".
    """

    task: Task
    streams: tuple[Stream, ...]
    data: Mapping[str, NDArray]
    initial: Parameters
    batch_size: int
    measurement_inputs: int
    optimizer: Optimizer
    precision: str = "float32"

    @property
    def n_runs(self) -> int:
        """Number of runs."""
        return len(self.streams)

    @property
    def n_batches(self) -> int:
        """Batches of each run's fixed training set, visited in turn; 0 for fresh data."""
        return self.task.n_batches(self.data_of(0))

    def data_of(self, run: int) -> dict[str, NDArray]:
        """What one run drew."""
        return {name: array[run] for name, array in self.data.items()}

    def batch(self, run: int, step: int) -> Batch:
        """What a run trains on at a step."""
        return self.task.batch(self.data_of(run), self.streams[run], step, self.batch_size)

    def measure(
        self, step: int, outputs: Callable[[int, NDArray[np.float32]], NDArray[np.floating]]
    ) -> Measurement:
        """The task's measured quantities, each (runs, *axes), at a step.

        outputs: from a run and inputs (count, input size) to outputs of its network.
        """
        of_runs = [
            self.task.measure(
                self.data_of(run), stream, step, self.measurement_inputs, partial(outputs, run)
            )
            for run, stream in enumerate(self.streams)
        ]
        return {name: np.stack([run[name] for run in of_runs]) for name in self.task.measured}


class Engine(Protocol):
    """Trains an ensemble. Step t (0-based) of a run depends only on its parameters and on t.

    An engine subclasses this protocol; what is not overridden says that it can do everything.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        device: str = "cpu",
        threads: int = 1,
        memory_bytes: int | None = None,
    ) -> None:
        """Begin at the initial parameters.

        memory_bytes: for samples and activations on a GPU, for engines in PyTorch.
        """

    @classmethod
    def missing(cls, device: str) -> str:
        """Why this machine cannot run the engine on a device ("cpu" or "cuda"), empty if it can."""
        return ""

    @classmethod
    def unsupported(cls, ensemble: Ensemble) -> str:
        """Why the engine cannot train an ensemble, empty if it can."""
        return ""

    @classmethod
    def build(cls) -> dict[str, str] | None:
        """What made the machine code of an engine that is compiled here, else None."""
        return None

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Do steps first_step ≤ t < last_step on the runs marked active; the others stay as is.

        Returns the mean-square training loss, shape (runs,), of the batch of step last_step - 1,
        before its update; NaN for inactive runs. A run that diverged returns a non-finite value.
        """
        ...

    def measure(self, step: int) -> Measurement:
        """Estimate the task's measured quantities at `step`, each of shape (runs, *axes)."""
        ...

    def parameters(self) -> Parameters:
        """A float32 copy of the parameters."""
        ...

    def state(self) -> dict[str, NDArray]:
        """Everything needed to continue, each array with the runs first.

        parameters/NAME for each parameter, and what the optimiser remembers.
        """
        ...

    def load_state(self, state: dict[str, NDArray]) -> None:
        """Continue from `state()`; the following steps are bit for bit those of an unbroken run."""


def build_ensemble(
    settings: ExperimentSettings, value: int, first: int, data: Mapping[str, NDArray]
) -> Ensemble:
    """The ensemble of the runs whose `generate`d arrays are `data`; of none without arrays."""
    task = task_of(settings)
    n_runs = len(next(iter(data.values()), ()))
    runs = streams(settings, value, first, n_runs)
    network = network_of(settings, task.input_size, width_of(settings, value), task.output_size)
    return Ensemble(
        task=task,
        streams=runs,
        data=data,
        initial=initial_parameters(network, runs),
        batch_size=settings["batch_size"],
        measurement_inputs=settings.get("inputs_per_skill", 0),
        optimizer=Optimizer(
            settings["optimizer"],
            settings["weight_decay"],
            momentum=settings.get("momentum") or 0.0,
        ),
        precision=settings.get("precision") or "float32",
    )


def empty_ensemble(settings: ExperimentSettings) -> Ensemble:
    """An ensemble of no runs, to ask engines whether they can train an experiment's."""
    least_width = settings.get("heads", 1)
    return build_ensemble(settings, least_width, 0, {})
