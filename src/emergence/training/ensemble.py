"""What an engine trains, and what every engine offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from emergence.models.transformer_parameters import TransformerParameters
from emergence.models.two_layer import NetworkParameters
from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import Batch, Task

# MiB of a GPU's memory that an engine in PyTorch may take for samples and activations.
DEFAULT_GPU_MEMORY_MB = 4096


@dataclass(frozen=True)
class Optimizer:
    """Optimiser of the mean square E[(f* - f)²] (no ½: discrepancy 3), with PyTorch's definitions.

    name: "sgd" or "adam" (coupled weight decay: decay·θ is added to the gradient of both).
    momentum: μ of v ← μ v + gradient, θ ← θ - learning rate · v; transformers only.
    """

    name: str
    weight_decay: float = 0.0
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    momentum: float = 0.0


@dataclass(frozen=True)
class Ensemble:
    """Runs that train together: equal task, sizes and batch size; different streams.

    streams: one per run; all of a run's random numbers.
    sparse_bits: (runs, n_s, m) positions of each skill's sparse bits.
    initial: parameters at step 0, float32; their type says which architecture it is.
    batch_size: samples of a fresh batch; unused when `fixed_batches` is given.
    fixed_batches: None for fresh data at every step; otherwise for each run the batches that its
        training set is divided into (equal in number for all runs), visited in turn: step t uses
        batch t mod n_batches.
    measurement_inputs: inputs per skill on which R_k and L_k are estimated; a multiple of 2^m.
    precision: of matrix products: "float32"; for transformers also "tf32" or "bfloat16".
    """

    task: Task
    streams: tuple[Stream, ...]
    sparse_bits: NDArray[np.int64]
    initial: NetworkParameters | TransformerParameters
    batch_size: int
    fixed_batches: tuple[tuple[Batch, ...], ...] | None
    measurement_inputs: int
    optimizer: Optimizer
    precision: str = "float32"

    @property
    def n_runs(self) -> int:
        """Number of runs."""
        return len(self.streams)


@dataclass(frozen=True)
class Measurement:
    """R_k and L_k of every run: both of shape (runs, n_s), float64."""

    skill_strength: NDArray[np.float64]
    skill_loss: NDArray[np.float64]


class Engine(Protocol):
    """Trains an ensemble. Step t (0-based) of a run is a function of its parameters and t alone."""

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Do steps first_step ≤ t < last_step on the runs marked active; the others stay as is.

        Returns the mean-square training loss, shape (runs,), of the batch of step last_step - 1,
        before its update; NaN for inactive runs. A run that diverged returns a non-finite value.
        """

    def measure(self, step: int) -> Measurement:
        """Estimate R_k and L_k on the measurement inputs of `step` (see `measurement`)."""

    def parameters(self) -> NetworkParameters | TransformerParameters:
        """A float32 copy of the parameters."""

    def state(self) -> dict[str, NDArray]:
        """Everything needed to continue: parameters, optimiser moments, their step count."""

    def load_state(self, state: dict[str, NDArray]) -> None:
        """Continue from `state()`; the following steps are bit for bit those of an unbroken run."""
