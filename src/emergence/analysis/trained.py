"""A small experiment in memory: trained here and now, without files, checkpoints or workflow."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from emergence.analysis.aggregation import rows_of
from emergence.config.experiment_settings import ExperimentSettings
from emergence.store.shards import Shard
from emergence.tasks.experiments import generate
from emergence.training.engines.choice import create_engine, resolve_engine
from emergence.training.ensemble import build_ensemble
from emergence.training.protocol import Progress, measurement_steps, train


def train_networks(
    settings: ExperimentSettings, values: Sequence[int], runs: int = 1, threads: int = 1
) -> pd.DataFrame:
    """Train the networks of an experiment and measure them.

    The runs are those of the workflow: run 0 here has the numbers of run 0 there, bit for bit with
    the engine lookup. A run that takes more than minutes belongs into the workflow, which saves it.

    Parameters
    ----------
    settings: of the experiment, see :func:`emergence.load_settings`.
    values: training set sizes D where the resource is data, else widths N.
    runs: independent runs of each value.
    threads: CPU threads.

    Returns
    -------
    the table of :func:`emergence.analysis.aggregation.run_table`: one row per value, run, measured
    step and skill, with the strength R_k/S and the loss L_k of the skill.

    Raises
    ------
    emergence.training.protocol.TrainingDiverged
        If a loss grows without bound.
    emergence.training.engines.choice.EngineUnavailable
        If the engine that the settings name cannot train this here.

    Examples
    --------
    >>> from emergence import load_settings
    >>> settings = load_settings("time", "paper/nam2024", "config/smoke.yaml")
    >>> table = train_networks({**settings, "steps": 100}, values=[16], runs=2)
    >>> table.columns[1:7].tolist()
    ['value', 'run', 'step', 'skill', 'strength', 'loss']
    >>> table["step"].unique().tolist()
    [0, 50, 100]
    """
    tables = [_train(settings, value, runs, threads) for value in values]
    return pd.concat(tables, ignore_index=True)


def _train(settings: ExperimentSettings, value: int, runs: int, threads: int) -> pd.DataFrame:
    """The rows of one swept value."""
    ensemble = build_ensemble(settings, value, 0, generate(settings, value, 0, runs))
    task = ensemble.task
    engine, device = resolve_engine(settings["engine"], settings["device"], ensemble)
    n_measurements = len(measurement_steps(settings["steps"], settings["measure_every"]))
    progress = Progress.start(task, n_measurements, runs)
    steps = train(
        create_engine(engine, device, ensemble, threads),
        task,
        settings,
        progress,
        slice_steps=lambda: settings["steps"],
        after_slice=lambda progress: None,
        n_batches=max(1, ensemble.n_batches),
    )
    measured = {name: array.swapaxes(0, 1) for name, array in progress.measured.items()}
    arrays = {"step": steps, **measured, "training_loss": progress.training_loss.T}
    return rows_of(task, Shard(settings["experiment"], value, 0, runs - 1), arrays)
