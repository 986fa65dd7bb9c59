"""Training of transformers in PyTorch: one run after another, SGD with momentum, fresh batches."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from emergence.models.transformer import Transformer
from emergence.models.transformer_parameters import TransformerParameters, TransformerSizes
from emergence.tasks.sparse_parity.measurement import (
    measure_outputs,
    measurement_backgrounds,
    measurement_inputs,
)
from emergence.tasks.sparse_parity.problem import (
    draw_batch,
    parity_sign,
    sparse_masks,
    target,
    unpack,
)
from emergence.training.engines.transformer.prefixes import distinct_prefixes
from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB, Ensemble, Measurement

# Activations of a part of a batch stay below this, by device type.
_MEMORY_BYTES = {"cpu": 64 * 2**20, "cuda": DEFAULT_GPU_MEMORY_MB << 20}


class TransformerEngine:
    """Transformers of one size; see `ensemble.Engine` for the interface.

    Precision (`Ensemble.precision`): "float32"; "tf32", where a GPU rounds the factors of matrix
    products to 10 bits of mantissa (float32 on a CPU); "bfloat16", where forward and backward pass
    run in PyTorch's autocast (7 bits). Parameters, momentum, loss and measurement are float32.
    Repeatable bit for bit on a CPU with the same number of threads; on a GPU PyTorch's backward
    pass of attention may add in any order.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        device: str = "cpu",
        threads: int = 1,
        memory_bytes: int | None = None,
    ) -> None:
        assert isinstance(ensemble.initial, TransformerParameters)
        self._ensemble = ensemble
        self._sizes = ensemble.initial.sizes
        self._device = torch.device(device)
        if self._device.type == "cpu":
            torch.set_num_threads(threads)
        torch.backends.cuda.matmul.allow_tf32 = ensemble.precision == "tf32"
        self._masks = [sparse_masks(bits) for bits in ensemble.sparse_bits]
        memory_bytes = memory_bytes or _MEMORY_BYTES[self._device.type]
        self._part = _samples_per_part(self._sizes, memory_bytes)
        self._parameters = self._flatten(ensemble.initial)
        self._gradients = torch.zeros_like(self._parameters[0])
        self._momentum = torch.zeros_like(self._parameters)
        self._models = [self._model(run) for run in range(ensemble.n_runs)]

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """See `ensemble.Engine.advance`."""
        losses = np.full(self._ensemble.n_runs, np.nan)
        for run in np.flatnonzero(active).tolist():
            for step in range(first_step, last_step):
                loss = self._step(run, step, learning_rate)
            losses[run] = loss.item()
        return losses

    def measure(self, step: int) -> Measurement:
        """See `ensemble.Engine.measure`."""
        return measure_outputs(
            self._ensemble,
            step,
            self._outputs,
        )

    def squared_gradients(self, step: int) -> NDArray[np.float64]:
        """|∇R_k|² with respect to all parameters, shape (runs, n_s), on `measure`'s inputs.

        While f(k, x) = R_k g_k(k, x), gradient flow on skill k alone with rate ε raises R_k by
        2 ε P_k (S - R_k) |∇R_k|² a time.
        """
        ensemble, task = self._ensemble, self._ensemble.task
        found = np.empty((ensemble.n_runs, task.n_skills))
        for run, stream in enumerate(ensemble.streams):
            backgrounds = measurement_backgrounds(task, stream, step, ensemble.measurement_inputs)
            for skill, sparse_bits in enumerate(ensemble.sparse_bits[run]):
                bits = measurement_inputs(backgrounds, sparse_bits).ravel()
                inputs = unpack(task, np.full(len(bits), skill), bits)
                sign = torch.from_numpy(parity_sign(bits, self._masks[run][skill]))
                strength = (sign.to(self._device) * self._forward(run, inputs)).mean()
                gradients = torch.autograd.grad(strength, list(self._models[run].parameters()))
                found[run, skill] = sum(g.square().sum().item() for g in gradients)
        return found

    def parameters(self) -> TransformerParameters:
        """A float32 copy of the parameters."""
        flat = self._parameters.cpu().numpy()
        arrays, start = {}, 0
        for name, shape in self._sizes.shapes.items():
            end = start + int(np.prod(shape))
            arrays[name] = flat[:, start:end].reshape(-1, *shape).copy()
            start = end
        return TransformerParameters(self._sizes, arrays)

    def state(self) -> dict[str, NDArray]:
        """Parameters and momentum, each of shape (runs, parameters)."""
        return {
            "parameters": self._parameters.cpu().numpy().copy(),
            "momentum": self._momentum.cpu().numpy().copy(),
        }

    def load_state(self, state: dict[str, NDArray]) -> None:
        """Continue from `state()`."""
        self._parameters.copy_(torch.from_numpy(state["parameters"]))
        self._momentum.copy_(torch.from_numpy(state["momentum"]))

    def _flatten(self, initial: TransformerParameters) -> Tensor:
        """All parameters of a run as one row, shape (runs, parameters)."""
        rows = [initial.arrays[name].reshape(initial.n_runs, -1) for name in self._sizes.shapes]
        return torch.from_numpy(np.concatenate(rows, axis=1)).to(self._device)

    def _model(self, run: int) -> Transformer:
        """A module whose parameters and gradients are views of the run's row."""
        model = Transformer(self._sizes).to(self._device)
        start = 0
        for name, shape in self._sizes.shapes.items():
            end = start + int(np.prod(shape))
            layer, kind = name.split(".")
            parameter = nn.Parameter(self._parameters[run, start:end].view(shape))
            parameter.grad = self._gradients[start:end].view(shape)
            setattr(getattr(model, layer), kind, parameter)
            start = end
        return model

    def _step(self, run: int, step: int, learning_rate: float) -> Tensor:
        """One step of SGD on the mean square; returns it, before the update (PyTorch's definition).

        v ← μ v + ∇ + decay θ, θ ← θ - learning_rate v.
        """
        optimizer = self._ensemble.optimizer
        inputs, targets = self._batch(run, step)
        self._gradients.zero_()
        loss = torch.zeros((), device=self._device)
        for x, y in zip(_split(inputs, self._part), targets.split(self._part), strict=True):
            with self._autocast():
                output = self._forward(run, x)
            part = (output.float() - y).square().sum() / len(targets)
            part.backward()
            loss += part.detach()
        theta, velocity = self._parameters[run], self._momentum[run]
        self._gradients.add_(theta, alpha=optimizer.weight_decay)
        velocity.mul_(optimizer.momentum).add_(self._gradients)
        theta.sub_(velocity, alpha=learning_rate)
        return loss

    def _batch(self, run: int, step: int) -> tuple[NDArray[np.float32], Tensor]:
        """Inputs (batch, L) and targets (batch,) of a fresh batch."""
        ensemble, task = self._ensemble, self._ensemble.task
        batch = draw_batch(task, ensemble.streams[run], step, ensemble.batch_size)
        inputs = unpack(task, batch.skills, batch.skill_bits)
        targets = target(task, batch.skills, batch.skill_bits, self._masks[run])
        return inputs, torch.from_numpy(targets.astype(np.float32)).to(self._device)

    @torch.no_grad()
    def _outputs(self, run: int, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        parts = [self._forward(run, x) for x in _split(inputs, self._part)]
        return torch.cat(parts).cpu().numpy()

    def _forward(self, run: int, inputs: NDArray[np.float32]) -> Tensor:
        """Outputs (batch,) for inputs (batch, L).

        On a CPU each distinct prefix is computed once; a GPU would wait for the sorting.
        """
        model = self._models[run]
        if self._device.type != "cpu":
            return model(torch.from_numpy(inputs).to(self._device))
        *forest, sample = (torch.from_numpy(array) for array in distinct_prefixes(inputs))
        return model.forward_prefixes(*forest)[sample]

    def _autocast(self) -> AbstractContextManager:
        if self._ensemble.precision != "bfloat16":
            return nullcontext()
        return torch.autocast(self._device.type, dtype=torch.bfloat16)


def _split(inputs: NDArray[np.float32], size: int) -> list[NDArray[np.float32]]:
    """Parts of at most `size` rows."""
    return [inputs[first : first + size] for first in range(0, len(inputs), size)]


def _samples_per_part(sizes: TransformerSizes, memory_bytes: int) -> int:
    """Samples whose activations fit into `memory_bytes`."""
    # features kept for the backward pass; of the MLP, hidden units before and after ReLU
    per_token = (14 + 2 * sizes.mlp_factor) * sizes.width + 2 * sizes.heads * sizes.n_tokens
    return max(1, memory_bytes // (4 * per_token * sizes.n_tokens))
