"""Two-layer networks in PyTorch, all runs in one batch of matrices, on any device."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emergence.models.network import Parameters
from emergence.tasks.base import Measurement
from emergence.training.engines.parity import ParityEngine, task_and_network
from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB, Ensemble

# Activations of a part of a batch stay below this, by device type: on a CPU in its cache.
_MEMORY_BYTES = {"cpu": 2**23, "cuda": DEFAULT_GPU_MEMORY_MB << 20}
_MOMENTS = {"exp_avg": "moment_1", "exp_avg_sq": "moment_2"}  # PyTorch's names, and ours


class TorchEngine(ParityEngine):
    """Batched products, autograd and `torch.optim`; see `ensemble.Engine` for the interface.

    A run that has ended is trained along and put back, which costs time and changes nothing.
    Repeatable bit for bit on a CPU with the same number of threads and the same memory; other
    packing of runs, or other parts of a batch, change the order of sums and so float32 rounding.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        device: str = "cpu",
        threads: int = 1,
        memory_bytes: int | None = None,
    ) -> None:
        _, network = task_and_network(ensemble)
        self._ensemble, self._device = ensemble, torch.device(device)
        if self._device.type == "cpu":
            torch.set_num_threads(threads)
        torch.backends.cuda.matmul.allow_tf32 = False
        memory_bytes = memory_bytes or _MEMORY_BYTES[self._device.type]
        self._part = max(1, memory_bytes // (network.sample_bytes * ensemble.n_runs))
        self._parameters = {
            name: torch.tensor(array, device=device, requires_grad=True)
            for name, array in ensemble.initial.arrays.items()
        }
        self._steps_done = np.zeros(ensemble.n_runs, dtype=np.int64)
        self._optimizer = self._make_optimizer()

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """See `ensemble.Engine.advance`."""
        ended = torch.from_numpy(~active).to(self._device)
        kept = {name: tensor[ended] for name, tensor in self._tensors().items()}
        self._optimizer.param_groups[0]["lr"] = learning_rate
        for step in range(first_step, last_step):
            losses = self._step(step)
        for name, tensor in self._tensors().items():
            tensor[ended] = kept[name]
        self._steps_done += (last_step - first_step) * active
        losses[ended] = torch.nan
        return losses.cpu().double().numpy()

    def _step(self, step: int) -> Tensor:
        """One step of all runs on the mean squares (runs,) of their batches, which are returned."""
        batches = [self._ensemble.batch(run, step) for run in range(self._ensemble.n_runs)]
        inputs, targets = (
            torch.from_numpy(np.stack(arrays)).to(self._device)
            for arrays in zip(*((one.inputs, one.targets) for one in batches), strict=True)
        )
        self._optimizer.zero_grad()
        losses = torch.zeros(len(batches), device=self._device)
        parts = zip(inputs.split(self._part, 1), targets.split(self._part, 1), strict=True)
        for x, y in parts:
            errors = (_outputs(self._parameters, x) - y).square().sum(1) / targets.shape[1]
            errors.sum().backward()
            losses += errors.detach()
        self._optimizer.step()
        return losses

    def measure(self, step: int) -> Measurement:
        """See `ensemble.Engine.measure`."""
        return self._ensemble.measure(step, self._outputs_of_run)

    @torch.no_grad()
    def _outputs_of_run(self, run: int, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        own = {name: tensor[run : run + 1] for name, tensor in self._parameters.items()}
        parts = torch.from_numpy(inputs).to(self._device)[None].split(self._part, 1)
        return torch.cat([_outputs(own, x)[0] for x in parts]).cpu().numpy()

    def parameters(self) -> Parameters:
        """See `ensemble.Engine.parameters`."""
        state, network = self.state(), self._ensemble.initial.network
        return Parameters(network, {name: state[f"parameters/{name}"] for name in network.shapes})

    def state(self) -> dict[str, NDArray]:
        """See `ensemble.Engine.state`; and steps_done (runs,)."""
        tensors = {name: tensor.cpu().numpy().copy() for name, tensor in self._tensors().items()}
        return {"steps_done": self._steps_done.copy(), **tensors}

    def load_state(self, state: dict[str, NDArray]) -> None:
        """See `ensemble.Engine.load_state`."""
        self._steps_done = state["steps_done"].copy()
        for name, tensor in self._tensors().items():
            tensor.copy_(torch.from_numpy(state[name]))
        for kept in filter(None, self._optimizer.state.values()):
            kept["step"].fill_(int(self._steps_done.max()))  # runs that go on have done as many

    def _tensors(self) -> dict[str, Tensor]:
        """What a state holds of the networks, the runs first."""
        found = {f"parameters/{name}": tensor.data for name, tensor in self._parameters.items()}
        for key, moment in _MOMENTS.items():
            for name, tensor in self._parameters.items():
                if key in self._optimizer.state[tensor]:
                    found[f"{moment}/{name}"] = self._optimizer.state[tensor][key]
        return found

    def _make_optimizer(self) -> torch.optim.Optimizer:
        """A step at learning rate 0 makes Adam's state, which then is set to zero."""
        settings, parameters = self._ensemble.optimizer, list(self._parameters.values())
        if settings.name == "sgd":
            return torch.optim.SGD(parameters, 0.0, weight_decay=settings.weight_decay)
        optimizer = torch.optim.Adam(
            parameters, 0.0, settings.betas, settings.epsilon, settings.weight_decay
        )
        for tensor in parameters:
            tensor.grad = torch.zeros_like(tensor)
        optimizer.step()
        for kept in optimizer.state.values():
            for tensor in kept.values():
                tensor.zero_()
        return optimizer


def _outputs(p: dict[str, Tensor], inputs: Tensor) -> Tensor:
    """f = a · ReLU(W x + b) + c of every run, (runs, samples)."""
    weights = p["input_weights"].transpose(1, 2)
    hidden = torch.baddbmm(p["hidden_biases"][:, None], inputs, weights).relu()
    return torch.bmm(hidden, p["output_weights"][:, :, None])[:, :, 0] + p["output_biases"][:, None]
