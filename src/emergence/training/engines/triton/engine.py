"""The fast GPU engine: fused Triton kernels (see docs/gpu.md).

Same samples as `problem.draw_batch` and `measurement`, same optimisers as PyTorch, as exact as
float32. The result does not depend on which runs share an ensemble.
"""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from emergence.models.network import Parameters
from emergence.tasks.base import Measurement
from emergence.tasks.sparse_parity.measurement import strength_and_loss
from emergence.tasks.sparse_parity.problem import fixed_batches, sparse_masks
from emergence.training.engines.parity import ParityEngine, task_and_network
from emergence.training.engines.triton import interpreting
from emergence.training.engines.triton.cuda_graphs import CudaGraphs
from emergence.training.engines.triton.measure import measure
from emergence.training.engines.triton.narrow import advance_runs
from emergence.training.engines.triton.plan import Plan
from emergence.training.engines.triton.samples import draw_batches
from emergence.training.engines.triton.update import prepare
from emergence.training.engines.triton.wide import backward, forward, update
from emergence.training.ensemble import Ensemble

_OLDEST_TRITON = (3, 6)
_OLDEST_GPU = (8, 0)  # compute capability: float16 products on tensor cores as Triton makes them
_GRAPH_STEPS = 50  # that a CUDA graph of the wide kernels does
_LAUNCH_STEPS = 250  # that a launch of the narrow kernel does at most
_DRAWN_WORDS = 2**25  # of the samples of so many steps
_UPDATE_UNITS = 32
_BLOCKS_AT_ONCE = 64
# A thread's registers, so that two forward or four narrow programs share a multiprocessor. What
# does not fit in the narrow kernel is spilled outside its loop over samples.
_REGISTERS = 128
_WARPS = {"forward": 8, "backward": 8, "update": 4, "narrow": 4, "draw": 4}


class TritonEngine(ParityEngine):
    """Trains two-layer networks with Triton kernels; see `ensemble.Engine` for the interface.

    Memory on the device beside parameters, moments and packed fixed sets: for wide networks, per
    run, a copy of the weights, the bits and residual of each sample of a batch, and the gradient's
    sums for each part of it (`plan.Plan`); for narrow ones nothing.
    """

    def __init__(
        self,
        ensemble: Ensemble,
        device: str = "cuda",
        threads: int = 1,
        memory_bytes: int | None = None,
    ) -> None:
        """Copy parameters, streams and fixed batches to the device.

        threads, memory_bytes: for the interface's sake. Raises ValueError if the ensemble is
        `unsupported`.
        """
        self._task, self._network = task_and_network(ensemble)
        self._ensemble, self._device = ensemble, torch.device(device)
        self._fixed = [fixed_batches(ensemble.data_of(run)) for run in range(ensemble.n_runs)]
        sizes = [len(batch.skill_bits) for batches in self._fixed for batch in batches]
        self._largest = max(sizes, default=ensemble.batch_size)
        self._plan = Plan.of(self._task, self._network.width, self._largest)
        self._adam = ensemble.optimizer.name == "adam"
        self._make_state()
        self._steps_together = self._most_steps()
        self._make_samples()
        self._make_prepared()
        self._graphs = CudaGraphs(self._device)
        # What a recorded step reads and writes beside the state.
        self._clock = self._zeros((), dtype=torch.int64)
        self._learning_rate = self._zeros((), dtype=torch.float64)
        self._active = self._zeros(ensemble.n_runs, dtype=torch.int32)
        self._losses = self._zeros(ensemble.n_runs)

    @classmethod
    def missing(cls, device: str) -> str:
        """See `ensemble.Engine.missing`: a new Triton and GPU, or Triton's interpreter."""
        if interpreting():
            return "" if device == "cpu" else "Triton's interpreter runs on training.device cpu"
        if device != "cuda":
            return "it needs a GPU"
        if tuple(int(part) for part in version("triton").split(".")[:2]) < _OLDEST_TRITON:
            oldest = ".".join(map(str, _OLDEST_TRITON))
            return f"Triton {version('triton')} is too old: {oldest} is the oldest"
        if torch.cuda.get_device_capability() < _OLDEST_GPU:
            return "the GPU is older than NVIDIA's Ampere generation"
        return ""

    def advance(
        self, first_step: int, last_step: int, learning_rate: float, active: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """See `ensemble.Engine.advance`."""
        self._clock.fill_(first_step)
        self._learning_rate.fill_(learning_rate)
        self._active.copy_(torch.from_numpy(active))
        self._losses.fill_(torch.nan)
        if not self._plan.narrow:
            self._prepare()
        most, step = (_LAUNCH_STEPS if self._plan.narrow else self._steps_together), first_step
        while step < last_step:
            count = min(most, last_step - step)
            if self._plan.narrow:
                self._do_narrow_steps(count)
            else:
                count = count if count == most else 1
                self._graphs.run(count, partial(self._do_wide_steps, count))
            step += count
        return self._losses.cpu().numpy().astype(np.float64)

    def measure(self, step: int) -> Measurement:
        """See `ensemble.Engine.measure`."""
        ensemble, plan, task = self._ensemble, self._plan, self._task
        self._prepare()
        inputs = ensemble.measurement_inputs
        grid = (-(-inputs // plan.tile), task.n_skills, ensemble.n_runs)
        sums = self._zeros((ensemble.n_runs, task.n_skills, grid[0], 2))
        measure[grid](
            *self._prepared, self._parameters["output_biases"], self._streams,
            self._positions, sums, step, inputs >> task.sparse_bits, task.sparse_bits, plan.padded,
            task.n_skills, UNITS=plan.units, KEPT=plan.kept, SKILLS=plan.skills, TILE=plan.tile,
            num_warps=_WARPS["forward"],
        )  # fmt: skip
        means = sums.double().sum(2).cpu().numpy() / inputs
        return strength_and_loss(task, means[..., 0].copy(), means[..., 1])

    def parameters(self) -> Parameters:
        """See `ensemble.Engine.parameters`."""
        arrays = {name: _copy(tensor) for name, tensor in self._parameters.items()}
        return Parameters(self._network, arrays)

    def state(self) -> dict[str, NDArray]:
        """See `ensemble.Engine.state`; and steps_done (runs,)."""
        arrays = {"steps_done": _copy(self._steps_done)}
        for prefix, tensors in self._groups.items():
            arrays |= {f"{prefix}/{name}": _copy(tensor) for name, tensor in tensors.items()}
        return arrays

    def load_state(self, state: dict[str, NDArray]) -> None:
        """See `ensemble.Engine.load_state`; in the same tensors."""
        self._steps_done.copy_(torch.from_numpy(state["steps_done"]))
        for prefix, tensors in self._groups.items():
            for name, tensor in tensors.items():
                tensor.copy_(torch.from_numpy(state[f"{prefix}/{name}"]))

    def _do_wide_steps(self, count: int) -> None:
        """`count` steps from the clock on, which is moved on."""
        ensemble, plan, task = self._ensemble, self._plan, self._task
        rates, roots = self._schedule(count)
        fixed = bool(self._fixed[0])
        n_runs, n_batches = ensemble.n_runs, len(self._ends)
        if not fixed:
            draw_batches[(count, n_runs)](
                self._words, self._ends, self._thresholds, self._streams, self._active,
                self._clock, ensemble.batch_size, n_runs, task.n_skills, WIDE=plan.kept > 32,
                SKILLS=plan.skills, COUNTERS=plan.counters, num_warps=_WARPS["draw"],
            )  # fmt: skip
            n_batches = 1
        shapes = {"UNITS": plan.units, "KEPT": plan.kept, "SKILLS": plan.skills}
        for offset in range(count):
            forward[(plan.n_blocks, n_runs)](
                *self._prepared, self._parameters["output_biases"], self._ends, self._words,
                self._masks, self._active, self._clock, *self._samples,
                self._block_sums, offset, n_batches, self._largest, n_runs, plan.padded,
                task.n_skills, task.target_scale, FIXED=fixed, TILE=plan.tile, **shapes,
                num_warps=_WARPS["forward"], maxnreg=_REGISTERS,
            )  # fmt: skip
            backward[(plan.padded // plan.units, n_runs, plan.n_parts)](
                *self._prepared[:3], self._active, *self._samples, self._sums,
                plan.n_blocks, plan.padded, plan.blocks_per_part, TILE=plan.tile,
                PIECE=plan.piece, **shapes, num_warps=_WARPS["backward"],
            )  # fmt: skip
            update[(plan.padded // _UPDATE_UNITS, n_runs)](
                *self._state_tensors(), *self._prepared, self._sums, self._block_sums, rates,
                roots, self._losses, self._ends, self._active, self._clock, offset, n_batches,
                n_runs, self._network.width, plan.padded, task.n_skills, task.skill_bits,
                plan.n_blocks, plan.n_parts, *self._constants(), ADAM=self._adam, FIXED=fixed,
                **(shapes | {"UNITS": _UPDATE_UNITS}), BLOCKS=_BLOCKS_AT_ONCE,
                num_warps=_WARPS["update"],
            )  # fmt: skip
        self._move_on(count)

    def _do_narrow_steps(self, count: int) -> None:
        """`count` steps from the clock on, which is moved on."""
        ensemble, plan, task = self._ensemble, self._plan, self._task
        rates, roots = self._schedule(count)
        advance_runs[(ensemble.n_runs,)](
            *self._state_tensors(), self._ends, self._words, self._thresholds, self._streams,
            self._masks, self._active, self._clock, rates, roots, self._losses, count,
            len(self._ends), self._largest, ensemble.n_runs, self._network.width,
            task.n_skills, task.skill_bits, task.target_scale, *self._constants(),
            ADAM=self._adam, FIXED=bool(self._fixed[0]), UNITS=plan.units,
            KEPT=plan.kept, SKILLS=plan.skills, TILE=plan.tile, COUNTERS=plan.counters,
            num_warps=_WARPS["narrow"], maxnreg=_REGISTERS,
        )  # fmt: skip
        self._move_on(count)

    def _move_on(self, count: int) -> None:
        self._clock += count
        self._steps_done += count * self._active

    def _schedule(self, count: int) -> tuple[Tensor, Tensor]:
        """Rates and roots of `update.optimise`, (count, runs), float32.

        Computed in float64.
        """
        optimizer = self._ensemble.optimizer
        done = self._steps_done + torch.arange(1, count + 1, device=self._device)[:, None]
        if not self._adam:
            rates = self._learning_rate.expand(done.shape).float()
            return rates, rates
        correction_1 = 1.0 - optimizer.beta_1 ** done.double()
        correction_2 = 1.0 - optimizer.beta_2 ** done.double()
        return (self._learning_rate / correction_1).float(), correction_2.sqrt().float()

    def _most_steps(self) -> int:
        """Steps whose batches are drawn together: in one CUDA graph, or the narrow kernel's one."""
        if self._plan.narrow:
            return 1
        return max(1, min(_GRAPH_STEPS, _DRAWN_WORDS // (self._largest * self._ensemble.n_runs)))

    def _constants(self) -> tuple[float, float, float, float, float]:
        optimizer = self._ensemble.optimizer
        beta_1, beta_2 = optimizer.beta_1, optimizer.beta_2
        return optimizer.weight_decay, 1.0 - beta_1, beta_2, 1.0 - beta_2, optimizer.epsilon

    def _prepare(self) -> None:
        """Make the present parameters ready for the wide kernels' products."""
        ensemble, plan, task = self._ensemble, self._plan, self._task
        units = min(plan.units, _UPDATE_UNITS)
        names = ("input_weights", "hidden_biases", "output_weights")
        prepare[(plan.padded // units, ensemble.n_runs)](
            *(self._parameters[name] for name in names), *self._prepared,
            self._network.width, plan.padded, task.n_skills, task.skill_bits,
            UNITS=units, KEPT=plan.kept, SKILLS=plan.skills, num_warps=_WARPS["update"],
        )  # fmt: skip

    def _state_tensors(self) -> list[Tensor]:
        # Without Adam the kernels touch no moments, but take tensors in their place.
        present = [tensors or self._parameters for tensors in self._groups.values()]
        return [tensors[name] for tensors in present for name in self._network.shapes]

    def _make_state(self) -> None:
        """Parameters, Adam's moments (none without Adam), step counts."""
        arrays, moments = self._ensemble.initial.arrays, ("moment_1", "moment_2")
        self._parameters = {name: self._tensor(array).clone() for name, array in arrays.items()}
        zeros = self._parameters if self._adam else {}
        self._groups = {"parameters": self._parameters} | {
            moment: {name: torch.zeros_like(tensor) for name, tensor in zeros.items()}
            for moment in moments
        }
        self._steps_done = self._zeros(self._ensemble.n_runs, dtype=torch.int64)

    def _make_samples(self) -> None:
        """Streams, thresholds, masks, positions; room for fresh batches, or the fixed ones."""
        ensemble, task = self._ensemble, self._task
        positions, n_batches = ensemble.data["sparse_bits"], len(self._fixed[0])
        thresholds = np.append(task.skill_thresholds, np.uint32(0))  # never of length 0
        streams = np.array([(*s.key, s.run) for s in ensemble.streams], dtype=np.uint32)
        self._streams = self._tensor(streams.view(np.int32))
        self._thresholds = self._tensor(thresholds.view(np.int32))
        self._masks = self._tensor(sparse_masks(positions).view(np.int64))
        self._positions = self._tensor(positions.astype(np.int32))
        room = (n_batches or self._steps_together, ensemble.n_runs)
        n_words = self._largest * (2 if self._plan.kept > 32 else 1)  # as in `load_bits`
        self._ends = self._zeros((*room, self._plan.skills), dtype=torch.int32)
        self._words = self._zeros((*room, n_words), dtype=torch.int32)
        if not n_batches:
            return
        ends, words = np.empty(self._ends.shape, np.int32), np.zeros(self._words.shape, np.int32)
        for run, batches in enumerate(self._fixed):
            for i, batch in enumerate(batches):
                size = len(batch.skill_bits)
                ends[i, run] = size
                ends[i, run, : task.n_skills] = np.cumsum(batch.skill_counts)
                halves = batch.skill_bits.view(np.uint32).reshape(size, 2)  # low first
                for half in range(words.shape[2] // self._largest):
                    start = half * self._largest
                    words[i, run, start : start + size] = halves[:, half].view(np.int32)
        self._ends.copy_(torch.from_numpy(ends))
        self._words.copy_(torch.from_numpy(words))

    def _make_prepared(self) -> None:
        """Room for what the wide kernels, and the measurement, read and write in between."""
        plan, n_runs = self._plan, self._ensemble.n_runs
        weights, samples = (n_runs, plan.padded, plan.kept), (n_runs, plan.n_blocks, plan.tile)
        self._prepared = (
            self._zeros(weights, dtype=torch.float16),
            self._zeros(weights, dtype=torch.float16),
            self._zeros((n_runs, plan.skills, plan.padded)),
            self._zeros((n_runs, plan.padded)),
        )
        if plan.narrow:
            return
        word = torch.int64 if plan.kept > 32 else torch.int32
        self._samples = (
            self._zeros(samples, dtype=word),
            self._zeros(samples, dtype=torch.float16),
            self._zeros(samples, dtype=torch.float16),
            self._zeros(samples[:2]),
            self._zeros(samples[:2], dtype=torch.int32),
        )
        self._block_sums = self._zeros((*samples[:2], 2))
        self._sums = self._zeros((n_runs, plan.n_parts, plan.padded, plan.kept + 2 * plan.skills))

    def _tensor(self, array: NDArray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._device)

    def _zeros(self, shape: Any, dtype: torch.dtype = torch.float32) -> Tensor:
        return torch.zeros(shape, dtype=dtype, device=self._device)


def _copy(tensor: Tensor) -> NDArray:
    return tensor.cpu().numpy().copy()
