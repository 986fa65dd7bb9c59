"""Batched two-layer networks in PyTorch on any device, gradients written out by hand."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emergence.tasks.base import Measurement
from emergence.training.engines.parity import ParityEngine, task_and_network
from emergence.training.engines.torch.cuda_graphs import CudaGraphs
from emergence.training.engines.torch.network_state import KeepsNetworkState, NetworkState
from emergence.training.engines.torch.torch_samples import Samples, TorchSamples
from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB, Ensemble

# Samples and activations of a tile stay below this, by device type: on a CPU in a core's L2 cache.
_MEMORY_BYTES = {"cpu": 2**20, "cuda": DEFAULT_GPU_MEMORY_MB << 20}
_DRAWN_STEPS = 10  # whose samples are drawn together, and which make one CUDA graph
_DRAWING_BYTES = 160  # per sample: a few words of 8 bytes each, in several copies
_DRAWN_BYTES = 20  # per sample, until its step is done (see `Samples`)


class TorchEngine(KeepsNetworkState, ParityEngine):
    """Batched two-layer networks in float32; see `ensemble.Engine` for the interface.

    Hidden activations are produced and consumed in tiles of samples, so that memory for samples and
    activations is bounded by `memory_bytes`, by default to the cache on a CPU. Parameters, moments
    and packed fixed training sets come on top.

    Samples are drawn on the device. On a GPU several steps are one CUDA graph, in which step number
    and learning rate are tensors: between first and last step of `advance` nothing waits for the
    host. Repeatable bit for bit on the same device with the same memory; other packing of runs, or
    other tiles, change the order of sums and so float32 rounding.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        device: str = "cpu",
        threads: int = 1,
        memory_bytes: int | None = None,
    ) -> None:
        self._task, network = task_and_network(ensemble)
        self._ensemble = ensemble
        self._device = torch.device(device)
        if self._device.type == "cpu":
            torch.set_num_threads(threads)
        memory_bytes = memory_bytes or _MEMORY_BYTES[self._device.type]
        self._samples = TorchSamples(ensemble, self._device)
        self._fixed = self._samples.fixed()  # empty for fresh data
        self._cycle = self._steps_together(memory_bytes)
        self._tile = self._tile_samples(network.width, memory_bytes, self._device.type)
        self._graphs = CudaGraphs(self._device)
        self._chosen: Tensor | None = None  # None: all runs
        self._active = np.ones(ensemble.n_runs, dtype=bool)
        adam = ensemble.optimizer.name == "adam"
        self._state = NetworkState(ensemble.initial, adam, self._device)
        # What a recorded step reads and writes beside the state.
        self._step = torch.zeros((), dtype=torch.int64, device=self._device)
        self._learning_rate = torch.zeros((), dtype=torch.float64, device=self._device)
        self._loss = torch.zeros(ensemble.n_runs, device=self._device)
        self._offsets = torch.arange(self._cycle, device=self._device)

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """See `ensemble.Engine.advance`."""
        _use_full_precision()
        self._choose(active)
        self._step.fill_(first_step)
        self._learning_rate.fill_(learning_rate)
        self._loss.fill_(torch.nan)
        n_batches = max(1, len(self._fixed))
        step = first_step
        while step < last_step:
            batch = step % n_batches
            count = self._cycle if batch == 0 and last_step - step >= self._cycle else 1
            self._graphs.run((batch, count), partial(self._do_steps, batch, count))
            step += count
        return self._loss.cpu().numpy().astype(np.float64)

    def measure(self, step: int) -> Measurement:
        """See `ensemble.Engine.measure`."""
        _use_full_precision()
        return self._samples.measure(step, self._tile, self._outputs)

    def _steps_together(self, memory_bytes: int) -> int:
        """Steps that are done at a time: whole passes over a fixed set, as many as fit if fresh."""
        if self._fixed:
            return len(self._fixed) * max(1, _DRAWN_STEPS // len(self._fixed))
        per_step = _DRAWING_BYTES * self._ensemble.batch_size * self._ensemble.n_runs
        return min(_DRAWN_STEPS, max(1, memory_bytes // per_step))

    def _tile_samples(self, width: int, memory_bytes: int, device_type: str) -> int:
        """Samples of a tile. On a GPU its memory is counted in full, on a CPU the activations."""
        ensemble = self._ensemble
        per_sample = 4 * width
        if device_type == "cuda":  # and a temporary; inputs in float32 and bit by bit
            per_sample = 2 * per_sample + 8 * self._task.input_size
            if not self._fixed:
                drawn = _DRAWN_BYTES * self._cycle * ensemble.batch_size * ensemble.n_runs
                memory_bytes -= min(drawn, memory_bytes // 2)
        return max(1, memory_bytes // (per_sample * ensemble.n_runs))

    def _choose(self, active: NDArray[np.bool_]) -> None:
        """Recordings are of one set of active runs, and a run that ended does not come back."""
        if (active == self._active).all():
            return
        self._graphs.clear()
        self._active = active.copy()
        chosen = torch.from_numpy(np.flatnonzero(active)).to(self._device)
        self._chosen = None if active.all() else chosen

    def _do_steps(self, first_batch: int, count: int) -> None:
        """`count` steps of the chosen runs from `self._step` on, which is moved on."""
        if not self._fixed:
            steps = self._step + self._offsets[:count]
            drawn = self._samples.draw(steps, self._chosen)
            batches = [drawn.at(index) for index in range(count)]
        else:
            batches = [self._fixed[(first_batch + i) % len(self._fixed)] for i in range(count)]
            if self._chosen is not None:
                batches = [batch.at(self._chosen) for batch in batches]
        groups = list(self._state.groups().values())
        state = [self._select(tensors) for tensors in groups]
        steps_done = self._select({"": self._state.steps_done})[""]
        for batch in batches:
            gradients, loss = self._gradients(batch, state[0])
            steps_done += 1
            self._update(gradients, steps_done, *state)
        if self._chosen is None:
            self._loss.copy_(loss)
        else:
            self._loss.index_copy_(0, self._chosen, loss)
            self._state.steps_done.index_copy_(0, self._chosen, steps_done)
            for tensors, selected in zip(groups, state, strict=True):
                for name, tensor in tensors.items():
                    tensor.index_copy_(0, self._chosen, selected[name])
        self._step += count

    def _select(self, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
        """The tensors themselves for all runs, else copies of the chosen runs' parts."""
        if self._chosen is None:
            return tensors
        return {name: tensor[self._chosen] for name, tensor in tensors.items()}

    def _gradients(self, batch: Samples, p: dict[str, Tensor]) -> tuple[dict[str, Tensor], Tensor]:
        """Gradients of mean((f - f*)²) and the loss itself, for the runs of the batch."""
        samples = batch.targets.shape[1]
        gradients = {name: torch.zeros_like(tensor) for name, tensor in p.items()}
        loss = torch.zeros_like(p["output_biases"])
        for start in range(0, samples, self._tile):
            skills, bits, targets = batch.at((slice(None), slice(start, start + self._tile)))
            x = self._samples.unpack(skills, bits)
            hidden = self._hidden(x, p)
            residual = torch.bmm(hidden, p["output_weights"][:, :, None])[:, :, 0]
            residual += p["output_biases"][:, None] - targets
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
        gradients: dict[str, Tensor],
        steps_done: Tensor,
        parameters: dict[str, Tensor],
        moment_1: dict[str, Tensor],
        moment_2: dict[str, Tensor],
    ) -> None:
        """One step of the optimiser, in place (PyTorch's definitions)."""
        optimizer = self._ensemble.optimizer
        if optimizer.name == "adam":
            done = steps_done.double()
            rates = (self._learning_rate / (1.0 - optimizer.beta_1**done)).float()
            scales = (1.0 - optimizer.beta_2**done).sqrt().float()
        for name, gradient in gradients.items():
            theta = parameters[name]
            if optimizer.weight_decay:
                gradient.add_(theta, alpha=optimizer.weight_decay)
            if optimizer.name == "sgd":
                theta.addcmul_(gradient, self._learning_rate.float(), value=-1.0)
                continue
            shape = (-1,) + (1,) * (gradient.ndim - 1)
            m = moment_1[name].lerp_(gradient, 1.0 - optimizer.beta_1)
            v = moment_2[name].mul_(optimizer.beta_2)
            v.addcmul_(gradient, gradient, value=1.0 - optimizer.beta_2)
            denominator = (v.sqrt() / scales.view(shape)).add_(optimizer.epsilon)
            theta.addcdiv_(m * rates.view(shape), denominator, value=-1.0)

    def _hidden(self, inputs: Tensor, p: dict[str, Tensor]) -> Tensor:
        """Activations of the hidden units, (runs, samples, width)."""
        weights = p["input_weights"].transpose(1, 2)
        return torch.baddbmm(p["hidden_biases"][:, None], inputs, weights).relu_()

    def _outputs(self, inputs: Tensor) -> Tensor:
        p = self._state.parameters
        hidden = self._hidden(inputs, p)
        output = torch.bmm(hidden, p["output_weights"][:, :, None])[:, :, 0]
        return output + p["output_biases"][:, None]


def _use_full_precision() -> None:
    """Transformers may have set another precision of products for the whole process."""
    torch.backends.cuda.matmul.allow_tf32 = False
