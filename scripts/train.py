"""Train the runs of one shard. Continues from the checkpoint that an interrupted run left.

A shipped result of the same settings and code is taken instead.

Exit status: 0 done, 2 an error in one line, 75 stopped by --time-limit (the same command goes on).
"""

import argparse
import logging
import math
import time
from pathlib import Path
from typing import Any

from emergence.cli.arguments import non_negative_number, whole_number
from emergence.cli.command import EXIT_TIME_LIMIT, run
from emergence.config.experiment_settings import ExperimentSettings
from emergence.config.settings import read_settings
from emergence.jobs.processor_time import log_processor_time
from emergence.jobs.run_problem import run_problem
from emergence.jobs.shard_files import ShardFiles, read_data
from emergence.store.files import copy_file, discard, write_npz
from emergence.store.shards import Shard
from emergence.training.engines.choice import EngineUnavailable
from emergence.training.ensemble import DEFAULT_GPU_MEMORY_MB
from emergence.training.gpu_choice import take_gpu
from emergence.training.protocol import TrainingDiverged
from emergence.training.scratch import local_checkpoint
from emergence.training.shard import Interrupted, Limits, TimeLimitReached, run_shard

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--data", type=Path, required=True, help="generated data of the shard")
parser.add_argument("--output", type=Path, required=True)
parser.add_argument("--checkpoint", type=Path, required=True)
parser.add_argument("--shipped", type=Path, help="folder of shipped results of training jobs")
parser.add_argument("--checkpoint-seconds", type=non_negative_number, default=60.0)
parser.add_argument(
    "--time-limit", type=non_negative_number, default=math.inf, help="seconds of training"
)
parser.add_argument("--gpu-memory-mb", type=whole_number(1), default=DEFAULT_GPU_MEMORY_MB)
parser.add_argument("--scratch", default="", help="folder on this node for checkpoints meanwhile")
parser.add_argument("--threads", type=whole_number(1), default=1)


def main(arguments: argparse.Namespace) -> int | None:
    """Run the command."""
    limits = Limits(
        arguments.threads,
        arguments.gpu_memory_mb,
        arguments.checkpoint_seconds,
        time.monotonic() + arguments.time_limit,
    )
    settings = read_settings(arguments.settings)
    if settings["device"] != "cpu" and settings["engine"] != "lookup":
        take_gpu()
    data, made_by = read_data(arguments.data, settings)
    if arguments.shipped and take_shipped(
        arguments, settings, made_by, len(next(iter(data.values())))
    ):
        return None
    with local_checkpoint(arguments.checkpoint, arguments.scratch) as checkpoint:
        try:
            arrays, record = run_shard(
                settings,
                made_by["value"],
                made_by["first_run"],
                data,
                checkpoint,
                limits,
            )
        except TimeLimitReached as stopped:
            logging.info("%s", stopped)
            return EXIT_TIME_LIMIT
        write_npz(arguments.output, arrays, record)
        log_processor_time()
        for path in (checkpoint, arguments.checkpoint):
            discard(path)
    return None


def take_shipped(
    arguments: argparse.Namespace,
    settings: ExperimentSettings,
    made_by: dict[str, Any],
    n_runs: int,
) -> bool:
    """Copy the shipped result of this job, if there is one of these settings and this code."""
    first = made_by["first_run"]
    shard = Shard(settings["experiment"], made_by["value"], first, first + n_runs - 1)
    files = ShardFiles(arguments.shipped, shard)
    if not files.run.exists():
        return False
    problem = run_problem(files, settings)
    if problem:
        logging.info("%s is not used: %s", files.run, problem)
        return False
    copy_file(files.run, arguments.output)
    logging.info("taken from %s", files.run)
    return True


if __name__ == "__main__":
    run(parser, main, (Interrupted, TrainingDiverged, EngineUnavailable))
