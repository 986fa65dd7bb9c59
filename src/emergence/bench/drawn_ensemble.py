"""Ensembles of two-layer networks whose data are drawn with them: for checks and timings.

A training's ensemble comes from an experiment's settings and data (`experiments.build_ensemble`).
"""

from __future__ import annotations

import numpy as np

from emergence.models.two_layer import initial_parameters
from emergence.randomness import Stream
from emergence.tasks.sparse_parity.problem import SparseParity, draw_batch, draw_sparse_bits
from emergence.training.ensemble import Ensemble, Optimizer

PAPER_TASK = SparseParity(n_skills=5, skill_bits=32, sparse_bits=3, data_exponent=0.6, target_scale=5.0)


def draw_ensemble(
    task: SparseParity,
    streams: tuple[Stream, ...],
    width: int,
    initial_std: float,
    batch_size: int,
    optimizer: Optimizer,
    measurement_inputs: int,
    n_batches: int = 0,
) -> Ensemble:
    """One run per stream, its sparse bits and initial parameters drawn from it.

    width, initial_std: of the networks. n_batches: 0 for fresh data, otherwise the number of
    batches, of batch_size samples each, of every run's training set.
    """
    fixed = tuple(
        tuple(draw_batch(task, s, i, batch_size, fixed=True) for i in range(n_batches))
        for s in streams
    )
    return Ensemble(
        task=task,
        streams=streams,
        sparse_bits=np.stack([draw_sparse_bits(task, s) for s in streams]),
        initial=initial_parameters(task, width, initial_std, streams),
        batch_size=batch_size,
        fixed_batches=fixed if n_batches else None,
        measurement_inputs=measurement_inputs,
        optimizer=optimizer,
    )
