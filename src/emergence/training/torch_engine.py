"""The reference engine: batched PyTorch on any device, gradients written out by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from emergence.networks import NetworkParameters
from emergence.task import Batch, draw_batch, sparse_masks, target, unpack
from emergence.training.ensemble import Ensemble, Measurement
from emergence.training.measurement import measure_outputs

DEFAULT_MEMORY_BYTES = 256 * 2**20
_CPU_TILE_BYTES = 2**20  # activations of one tile stay in the L2 cache of a core


class TorchEngine:
    """Batched two-layer networks in float32; see `ensemble.Engine` for the interface.

    Hidden activations are produced and consumed in tiles of samples, so that memory is bounded by
    `memory_bytes` on an accelerator and stays in the cache on a CPU.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        device: str = "cpu",
        threads: int = 1,
        memory_bytes: int = DEFAULT_MEMORY_BYTES,
    ) -> None:
        assert isinstance(ensemble.initial, NetworkParameters)
        self._ensemble = ensemble
        self._device = torch.device(device)
        if self._device.type == "cpu":
            torch.set_num_threads(threads)
        self._masks = [sparse_masks(bits) for bits in ensemble.sparse_bits]
        budget = min(memory_bytes, _CPU_TILE_BYTES) if self._device.type == "cpu" else memory_bytes
        per_sample = 4 * ensemble.n_runs * ensemble.initial.width
        self._tile = max(1, budget // per_sample)
        self._fixed = self._unpack_fixed()
        self._parameters = self._tensors(ensemble.initial)
        zeros = ensemble.initial.zeros_like()
        adam = ensemble.optimizer.name == "adam"
        self._moment_1 = self._tensors(zeros) if adam else {}
        self._moment_2 = self._tensors(zeros) if adam else {}
        self._steps_done = np.zeros(ensemble.n_runs, dtype=np.int64)

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """See `ensemble.Engine.advance`."""
        chosen = torch.from_numpy(np.flatnonzero(active)).to(self._device)
        loss = torch.full((self._ensemble.n_runs,), torch.nan, device=self._device)
        for step in range(first_step, last_step):
            inputs, targets = self._batch(step, active)
            gradients, loss[chosen] = self._gradients(inputs, targets, chosen)
            self._update(gradients, learning_rate, chosen, active)
        return loss.cpu().numpy().astype(np.float64)

    def measure(self, step: int) -> Measurement:
        """See `ensemble.Engine.measure`."""
        return measure_outputs(
            self._ensemble,
            step,
            lambda run, inputs: (
                self._outputs(run, torch.from_numpy(inputs).to(self._device)).cpu().numpy()
            ),
        )

    def parameters(self) -> NetworkParameters:
        """A float32 copy of the parameters."""
        return NetworkParameters(
            **{name: tensor.cpu().numpy().copy() for name, tensor in self._parameters.items()}
        )

    def state(self) -> dict[str, NDArray]:
        """Parameters, moments and step counts as arrays."""
        arrays = {"steps_done": self._steps_done.copy()}
        for prefix, tensors in self._groups():
            arrays |= {f"{prefix}/{k}": v.cpu().numpy().copy() for k, v in tensors.items()}
        return arrays

    def load_state(self, state: dict[str, NDArray]) -> None:
        """Continue from `state()`."""
        self._steps_done = state["steps_done"].copy()
        for prefix, tensors in self._groups():
            for name, tensor in tensors.items():
                tensor.copy_(torch.from_numpy(state[f"{prefix}/{name}"]))

    def _groups(self) -> list[tuple[str, dict[str, torch.Tensor]]]:
        return [
            ("parameters", self._parameters),
            ("moment_1", self._moment_1),
            ("moment_2", self._moment_2),
        ]

    def _tensors(self, parameters: NetworkParameters) -> dict[str, torch.Tensor]:
        return {
            name: torch.from_numpy(array.copy()).to(self._device)
            for name, array in parameters.arrays().items()
        }

    def _unpack_fixed(self) -> list[tuple[torch.Tensor, torch.Tensor]] | None:
        """Inputs (runs, batch, n_s + n_b) and targets (runs, batch) of each fixed batch."""
        if self._ensemble.fixed_batches is None:
            return None
        per_batch = zip(*self._ensemble.fixed_batches, strict=True)
        return [self._stack(batches, range(self._ensemble.n_runs)) for batches in per_batch]

    def _stack(
        self, batches: Sequence[Batch], runs: Iterable[int]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        task = self._ensemble.task
        inputs = np.stack([unpack(task, b.skills, b.skill_bits) for b in batches])
        targets = np.stack(
            [
                target(task, b.skills, b.skill_bits, self._masks[run])
                for run, b in zip(runs, batches, strict=True)
            ]
        )
        return (
            torch.from_numpy(inputs).to(self._device),
            torch.from_numpy(targets.astype(np.float32)).to(self._device),
        )

    def _batch(self, step: int, active: NDArray[np.bool_]) -> tuple[torch.Tensor, torch.Tensor]:
        ensemble = self._ensemble
        if self._fixed is not None:
            inputs, targets = self._fixed[step % len(self._fixed)]
            return (inputs, targets) if active.all() else (inputs[active], targets[active])
        runs = np.flatnonzero(active)
        batches: list[Batch] = [
            draw_batch(ensemble.task, ensemble.streams[run], step, ensemble.batch_size)
            for run in runs
        ]
        return self._stack(batches, runs)

    def _select(self, chosen: torch.Tensor) -> dict[str, torch.Tensor]:
        if len(chosen) == self._ensemble.n_runs:
            return self._parameters
        return {name: tensor[chosen] for name, tensor in self._parameters.items()}

    def _gradients(
        self, inputs: torch.Tensor, targets: torch.Tensor, chosen: torch.Tensor
    ) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
        """Gradients of mean((f - f*)²) and the loss itself, for the chosen runs."""
        p = self._select(chosen)
        samples = inputs.shape[1]
        gradients = {name: torch.zeros_like(tensor) for name, tensor in p.items()}
        loss = torch.zeros(len(chosen), device=self._device)
        weights, biases = p["input_weights"].transpose(1, 2), p["hidden_biases"][:, None, :]
        for start in range(0, samples, self._tile):
            x = inputs[:, start : start + self._tile]
            hidden = torch.baddbmm(biases, x, weights).relu_()
            residual = torch.bmm(hidden, p["output_weights"][:, :, None])[:, :, 0]
            residual += p["output_biases"][:, None] - targets[:, start : start + self._tile]
            loss += residual.square().sum(1)
            residual *= 2.0 / samples
            gradients["output_weights"] += torch.bmm(residual[:, None], hidden)[:, 0]
            gradients["output_biases"] += residual.sum(1)
            signal = hidden.sign_().mul_(residual[:, :, None])  # ReLU'(z) = sign(ReLU(z))
            gradients["input_weights"].baddbmm_(signal.transpose(1, 2), x)
            gradients["hidden_biases"] += signal.sum(1)
        gradients["input_weights"] *= p["output_weights"][:, :, None]
        gradients["hidden_biases"] *= p["output_weights"]
        return gradients, loss / samples

    def _update(
        self,
        gradients: dict[str, torch.Tensor],
        learning_rate: float,
        chosen: torch.Tensor,
        active: NDArray[np.bool_],
    ) -> None:
        optimizer = self._ensemble.optimizer
        self._steps_done[active] += 1
        if optimizer.name == "adam":
            done = torch.from_numpy(self._steps_done[active]).to(self._device).double()
            correction_1 = 1.0 - optimizer.beta_1**done
            correction_2 = 1.0 - optimizer.beta_2**done
        for name, gradient in gradients.items():
            theta = self._parameters[name][chosen]
            if optimizer.weight_decay:
                gradient = gradient + optimizer.weight_decay * theta
            if optimizer.name == "sgd":
                self._parameters[name][chosen] = theta - learning_rate * gradient
                continue
            shape = (-1,) + (1,) * (gradient.ndim - 1)
            m = self._moment_1[name][chosen].lerp(gradient, 1.0 - optimizer.beta_1)
            v = self._moment_2[name][chosen] * optimizer.beta_2
            v += (1.0 - optimizer.beta_2) * gradient.square()
            rate = (learning_rate / correction_1).float().view(shape)
            denominator = v.sqrt() / correction_2.sqrt().float().view(shape) + optimizer.epsilon
            self._parameters[name][chosen] = theta - rate * m / denominator
            self._moment_1[name][chosen], self._moment_2[name][chosen] = m, v

    def _outputs(self, run: int, inputs: torch.Tensor) -> torch.Tensor:
        p = {name: tensor[run] for name, tensor in self._parameters.items()}
        tile = self._tile * self._ensemble.n_runs
        parts = [
            torch.addmm(p["hidden_biases"], x, p["input_weights"].T).relu_() @ p["output_weights"]
            for x in inputs.split(tile)
        ]
        return torch.cat(parts) + p["output_biases"]
