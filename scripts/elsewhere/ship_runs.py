"""Copy what is trained so far to results/shipped, from where the workflow takes it as done.

Results of training jobs of a preset, of this configuration and this code; others are named with the
reason and left where they are. Nothing is deleted. Run it whenever a machine may be lost. The steps
of jobs are added to runs/cost.csv there, with the time of those that Snakemake trained here.
"""

import argparse
import logging
import math
from pathlib import Path

import numpy as np
import pandas as pd

from emergence.cli.command import run
from emergence.config.load import ConfigError, load_config
from emergence.config.settings import of_paper, paper_names, training_settings
from emergence.jobs.packing import shards
from emergence.jobs.processor_time import processor_seconds
from emergence.jobs.run_problem import run_problem
from emergence.jobs.shard_files import ShardFiles
from emergence.store.files import copy_file, read_npz, write_csv
from emergence.verify.manifest import processor_name

_JOB = ["preset", "experiment", "value", "first", "last"]

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--config", type=Path, nargs="*", default=[], help="preset files, in order")
parser.add_argument("--target", type=Path, default=Path("results/shipped"))


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    config = load_config(arguments.config)
    for paper in paper_names(config):
        block, results = of_paper(config, paper), Path("results") / config["preset"] / paper
        table = arguments.target / paper / "runs/cost.csv"
        rows = [pd.read_csv(table)] if table.exists() else []
        known = set(rows[0][_JOB].itertuples(index=False, name=None)) if rows else set()
        for name in block["experiments"]:
            shipped, jobs = 0, shards(block, name)
            for shard in jobs:
                made, copy = (
                    ShardFiles(folder, shard) for folder in (results, arguments.target / paper)
                )
                found = made if made.run.exists() else copy
                if not found.run.exists():
                    continue
                problem = run_problem(found, training_settings(block, name))
                if problem:
                    if found is made:  # else it is of another preset
                        logging.warning("left out: %s: %s", made.run, problem)
                    continue
                taken = copy.run.exists()
                if not taken or (config["preset"], *vars(shard).values()) not in known:
                    rows.append(_cost(config["preset"], found, taken))
                if found is made:
                    copy_file(made.run, copy.run)
                shipped += 1
            logging.info("%s %s: %d of %d jobs shipped", paper, name, shipped, len(jobs))
        if rows:
            write_csv(table, pd.concat(rows).drop_duplicates(_JOB, keep="last"))


def _cost(preset: str, found: ShardFiles, taken: bool) -> pd.DataFrame:
    """Steps of all runs of a job, and what its log says of its time unless it was taken."""
    arrays, record = read_npz(found.run)
    stopped, steps = arrays["stopped_at"], record["settings"]["steps"]
    log = found.results / "logs/train" / f"{found.shard.name}.log"
    seconds = math.nan if taken else processor_seconds(log)
    row = {
        "preset": preset,
        **vars(found.shard),
        "run_steps": int(np.where(stopped < 0, steps, stopped).sum()),
        "cpu_seconds": seconds,
        "processor": processor_name() if math.isfinite(seconds) else None,
        "instruction_set": (record["build"] or {}).get("instruction_set", ""),
    }
    return pd.DataFrame([row])


if __name__ == "__main__":
    run(parser, main, (ConfigError,))
