"""A small experiment in memory: trained here and now, without files, checkpoints or workflow."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from emergence.analysis.aggregation import rows_of
from emergence.config.experiment_settings import ExperimentSettings
from emergence.store.shards import Shard
from emergence.tasks.experiments import generate
from emergence.tasks.registry import task_of
from emergence.training.shard import Limits, run_shard


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
    data = generate(settings, value, 0, runs)
    arrays, _ = run_shard(settings, value, 0, data, limits=Limits(threads))
    return rows_of(task_of(settings), Shard(settings["experiment"], value, 0, runs - 1), arrays)
