"""What the PyTorch and Triton engines carry from step to step, as tensors and as arrays."""

from __future__ import annotations

import torch
from numpy.typing import NDArray
from torch import Tensor

from emergence.models.network import Parameters


class NetworkState:
    """Parameters, Adam's moments and step counts of an ensemble of two-layer networks.

    parameters, moment_1, moment_2: float32 tensors by name (see `TwoLayer`), the moments empty
    without Adam; steps_done: (runs,), int64.
    """

    def __init__(self, initial: Parameters, adam: bool, device: torch.device) -> None:
        self.network = initial.network
        self.parameters = {k: torch.tensor(v, device=device) for k, v in initial.arrays.items()}
        zeros = self.parameters if adam else {}
        self.moment_1 = {name: torch.zeros_like(tensor) for name, tensor in zeros.items()}
        self.moment_2 = {name: torch.zeros_like(tensor) for name, tensor in zeros.items()}
        self.steps_done = torch.zeros(initial.n_runs, dtype=torch.int64, device=device)

    def groups(self) -> dict[str, dict[str, Tensor]]:
        """Parameters and both moments by name."""
        return {
            "parameters": self.parameters,
            "moment_1": self.moment_1,
            "moment_2": self.moment_2,
        }


class KeepsNetworkState:
    """What an engine with a `NetworkState` offers of `ensemble.Engine`, bit for bit."""

    _state: NetworkState

    def parameters(self) -> Parameters:
        """A float32 copy of the parameters."""
        arrays = {name: _copy(tensor) for name, tensor in self._state.parameters.items()}
        return Parameters(self._state.network, arrays)

    def state(self) -> dict[str, NDArray]:
        """steps_done, and parameters/NAME, moment_1/NAME, moment_2/NAME for each parameter."""
        arrays = {"steps_done": _copy(self._state.steps_done)}
        for prefix, tensors in self._state.groups().items():
            arrays |= {f"{prefix}/{name}": _copy(tensor) for name, tensor in tensors.items()}
        return arrays

    def load_state(self, state: dict[str, NDArray]) -> None:
        """Continue from `state()`, in the same tensors."""
        self._state.steps_done.copy_(torch.from_numpy(state["steps_done"]))
        for prefix, tensors in self._state.groups().items():
            for name, tensor in tensors.items():
                tensor.copy_(torch.from_numpy(state[f"{prefix}/{name}"]))


def _copy(tensor: Tensor) -> NDArray:
    return tensor.cpu().numpy().copy()
