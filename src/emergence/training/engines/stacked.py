"""The ordinary engine with all runs in one batch of matrices: fast where networks are small.

Parameters of all runs are stacked, and `torch.func.vmap` runs the module over them, so that a layer
is one batched product. Optimisers of PyTorch act on each number by itself, so a run's steps are
those of the ordinary engine up to rounding.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call, vmap

from emergence.tasks.base import Measurement
from emergence.training.engines.plain import OPTIMIZERS
from emergence.training.ensemble import Ensemble


class StackedEngine:
    """Trains an ensemble whose runs all go on to the end; float32, on a CPU."""

    def __init__(self, ensemble: Ensemble, threads: int = 1) -> None:
        torch.set_num_threads(threads)
        self._ensemble = ensemble
        self.module = ensemble.initial.network.module()
        self.tensors = {
            name: torch.tensor(array, requires_grad=True)
            for name, array in ensemble.initial.arrays.items()
        }
        settings = ensemble.optimizer
        self._optimizer = OPTIMIZERS[settings.name](list(self.tensors.values()), settings)
        self._fixed: tuple[Tensor, Tensor] | None = None

    def advance(self, first_step: int, last_step: int, learning_rate: float) -> NDArray[np.float64]:
        """Steps first_step ≤ t < last_step; mean square (runs,) before the last update."""
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        for step in range(first_step, last_step):
            inputs, targets = self._batches(step)
            self._optimizer.zero_grad()
            errors = (self._forward(inputs) - targets).square().flatten(1).sum(1) / inputs.shape[1]
            errors.sum().backward()
            self._optimizer.step()
        return errors.detach().double().numpy()

    def measure(self, step: int) -> Measurement:
        """Measured quantities, each (runs, *axes)."""
        return self._ensemble.measure(step, self.outputs)

    def network(self, run: int) -> dict[str, Tensor]:
        """Parameters of one run."""
        return {name: tensor[run].detach() for name, tensor in self.tensors.items()}

    def squared_norms(self) -> NDArray[np.float64]:
        """Σθ² of each run, (runs,)."""
        parts = [t.detach().double().square().flatten(1).sum(1) for t in self.tensors.values()]
        return torch.stack(parts).sum(0).numpy()

    def _forward(self, inputs: Tensor) -> Tensor:
        return vmap(lambda p, x: functional_call(self.module, p, (x,)))(self.tensors, inputs)

    @torch.no_grad()
    def outputs(self, run: int, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Outputs of one run's network."""
        return functional_call(self.module, self.network(run), (torch.from_numpy(inputs),)).numpy()

    def _batches(self, step: int) -> tuple[Tensor, Tensor]:
        """Batches of all runs; where a batch is the whole fixed set, it is stacked once."""
        if self._fixed is not None:
            return self._fixed
        batches = [self._ensemble.batch(run, step) for run in range(self._ensemble.n_runs)]
        found = (
            torch.from_numpy(np.stack([batch.inputs for batch in batches])),
            torch.from_numpy(np.stack([batch.targets for batch in batches])),
        )
        chosen = self._ensemble.data.get("chosen")
        if chosen is not None and len(batches[0].inputs) == chosen.shape[1]:
            self._fixed = found
        return found
