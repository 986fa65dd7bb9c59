"""The ordinary engine: a training loop in PyTorch as one would first write it.

Any task, network and optimiser, one run after another, on any device: slow, but right. A new
optimiser is a line of OPTIMIZERS, an activation a line of `models.modules`, a task a class.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emergence.models.network import Parameters
from emergence.tasks.base import Measurement
from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB, Engine, Ensemble

# Of parameters p and `Ensemble.optimizer` o: optimisers whose state starts at zero.
OPTIMIZERS = {
    "sgd": lambda p, o: torch.optim.SGD(p, 0.0, o.momentum, weight_decay=o.weight_decay),
    "adam": lambda p, o: torch.optim.Adam(p, 0.0, o.betas, o.epsilon, o.weight_decay),
    "adamw": lambda p, o: torch.optim.AdamW(p, 0.0, o.betas, o.epsilon, o.weight_decay),
}
PRECISIONS = ("float32", "tf32", "bfloat16")
# Names of PyTorch's optimiser state in `state()`, where they differ.
_STATE_NAMES = {"momentum_buffer": "momentum", "exp_avg": "moment_1", "exp_avg_sq": "moment_2"}
# Activations of a part of a batch stay below this, by device type.
_MEMORY_BYTES = {"cpu": 64 << 20, "cuda": DEFAULT_GPU_MEMORY_MB << 20}


class PlainEngine(Engine):
    """Modules, autograd and `torch.optim`; see `ensemble.Engine` for the interface.

    Precision: "float32"; "tf32", where a GPU rounds the factors of matrix products to 10 bits of
    mantissa (float32 on a CPU); "bfloat16", where both passes run in PyTorch's autocast (7 bits).
    Parameters, optimiser, loss and measurement are float32. Repeatable bit for bit on a CPU with
    the same number of threads; on a GPU a backward pass of PyTorch may add in any order.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        device: str = "cpu",
        threads: int = 1,
        memory_bytes: int | None = None,
    ) -> None:
        self._ensemble, self._device = ensemble, torch.device(device)
        if self._device.type == "cpu":
            torch.set_num_threads(threads)
        torch.backends.cuda.matmul.allow_tf32 = ensemble.precision == "tf32"
        memory_bytes = memory_bytes or _MEMORY_BYTES[self._device.type]
        self._part = max(1, memory_bytes // ensemble.initial.network.sample_bytes)
        self.networks = [self._network(run) for run in range(ensemble.n_runs)]
        self._optimizers = [self._optimizer(network) for network in self.networks]

    @classmethod
    def unsupported(cls, ensemble: Ensemble) -> str:
        """See `ensemble.Engine.unsupported`."""
        name, precision = ensemble.optimizer.name, ensemble.precision
        if name not in OPTIMIZERS:
            return f"optimizer must be one of {', '.join(OPTIMIZERS)}, got {name!r}"
        if precision not in PRECISIONS:
            return f"precision must be one of {', '.join(PRECISIONS)}, got {precision!r}"
        return ""

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """See `ensemble.Engine.advance`."""
        losses = np.full(self._ensemble.n_runs, np.nan)
        for run in np.flatnonzero(active).tolist():
            for group in self._optimizers[run].param_groups:
                group["lr"] = learning_rate
            for step in range(first_step, last_step):
                loss = self._step(run, step)
            losses[run] = loss.item()
        return losses

    def _step(self, run: int, step: int) -> Tensor:
        """One step of a run on the mean square of its batch, which is returned."""
        network, optimizer = self.networks[run], self._optimizers[run]
        rounded = self._ensemble.precision == "bfloat16"
        inputs, targets = self._batch(run, step)
        optimizer.zero_grad()
        loss = torch.zeros((), device=self._device)
        for x, y in zip(inputs.split(self._part), targets.split(self._part), strict=True):
            with torch.autocast(self._device.type, torch.bfloat16, enabled=rounded):
                outputs = network(x)
            part = (outputs.float() - y).square().sum() / len(targets)
            part.backward()
            loss += part.detach()
        optimizer.step()
        return loss

    def _batch(self, run: int, step: int) -> tuple[Tensor, Tensor]:
        """Inputs and targets of a run's step, on the device."""
        batch, device = self._ensemble.batch(run, step), self._device
        return torch.from_numpy(batch.inputs).to(device), torch.from_numpy(batch.targets).to(device)

    def measure(self, step: int) -> Measurement:
        """See `ensemble.Engine.measure`."""
        return self._ensemble.measure(step, self._outputs)

    @torch.no_grad()
    def _outputs(self, run: int, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Outputs of a run's network."""
        parts = torch.from_numpy(inputs).to(self._device).split(self._part)
        return torch.cat([self.networks[run](x) for x in parts]).cpu().numpy()

    def parameters(self) -> Parameters:
        """See `ensemble.Engine.parameters`."""
        state, network = self.state(), self._ensemble.initial.network
        return Parameters(network, {name: state[f"parameters/{name}"] for name in network.shapes})

    def state(self) -> dict[str, NDArray]:
        """See `ensemble.Engine.state`."""
        return {k: np.stack([t.cpu().numpy() for t in v]) for k, v in self._tensors().items()}

    def load_state(self, state: dict[str, NDArray]) -> None:
        """See `ensemble.Engine.load_state`."""
        for name, tensors in self._tensors().items():
            for run, tensor in enumerate(tensors):
                tensor.copy_(torch.tensor(state[name][run]))

    def _tensors(self) -> dict[str, list[Tensor]]:
        """What a state holds: by name, the tensors of all runs."""
        found: dict[str, list[Tensor]] = {}
        for network, optimizer in zip(self.networks, self._optimizers, strict=True):
            for name, parameter in network.named_parameters():
                tensors = {"parameters": parameter.data, **optimizer.state[parameter]}
                for key, tensor in tensors.items():
                    found.setdefault(f"{_STATE_NAMES.get(key, key)}/{name}", []).append(tensor)
        return found

    def _network(self, run: int) -> nn.Module:
        module, arrays = self._ensemble.initial.network.module(), self._ensemble.initial.arrays
        module.load_state_dict({name: torch.tensor(array[run]) for name, array in arrays.items()})
        return module.to(self._device)

    def _optimizer(self, network: nn.Module) -> torch.optim.Optimizer:
        """A step at learning rate 0 makes the optimiser's state, which then is set to zero."""
        settings = self._ensemble.optimizer
        optimizer = OPTIMIZERS[settings.name](network.parameters(), settings)
        for parameter in network.parameters():
            parameter.grad = torch.zeros_like(parameter)
        optimizer.step()
        for tensors in optimizer.state.values():
            for tensor in tensors.values():
                tensor.zero_()
        return optimizer
