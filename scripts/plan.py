"""Print what a preset takes: jobs, runs, steps, and time on so many cores."""

import argparse
from pathlib import Path

from emergence.cli.arguments import json_object, whole_number
from emergence.cli.command import run
from emergence.jobs.costs import table_memory_mb
from emergence.jobs.planning import make_plan, makespan
from emergence.store.files import write_csv
from emergence.training.engines.choice import EngineUnavailable

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--config-json", type=json_object, required=True, help="the configuration")
parser.add_argument(
    "--cores", type=whole_number(1), required=True, help="cores that share the work"
)
parser.add_argument("--output-dir", type=Path, help="folder for the table")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    config = arguments.config_json
    plan = make_plan(config)
    threads = config["training"]["threads"]
    on_cores, on_gpus = (
        [hours for row in plan[plan["gpu"] == gpu].itertuples() for hours in row.job_hours]
        for gpu in (False, True)
    )

    table = plan.drop(columns="job_hours").assign(
        core_hours=threads * plan["job_hours"].map(sum),
        longest_job_hours=plan["job_hours"].map(max),
    )
    printed = table.drop(columns=["gpu", "table_rows"]).round({"slowness": 2})
    for column in ("jobs", "runs", "steps"):
        printed[column] = printed[column].map("{:,}".format)
    for column in ("core_hours", "longest_job_hours"):
        printed[column] = printed[column].map(duration)
    print(f"Preset {config['preset']}; slowness is measured here just now, over planning.rates")
    print(printed.rename(columns=lambda name: name.replace("_hours", "")).to_string(index=False))
    if table["slowness"].isna().any():
        print("NaN: needs a GPU, and none is here; by planning.rates")
    of_cores = makespan(on_cores, max(1, arguments.cores // threads))
    wall_time, gpu = max(of_cores, makespan(on_gpus, 1)), " and 1 GPU" if on_gpus else ""
    print(f"{table['jobs'].sum():,} jobs, {table['steps'].sum():,} steps; core time "
          f"{duration(table['core_hours'].sum())}, GPU time {duration(sum(on_gpus))}")  # fmt: skip
    print(f"Training with {arguments.cores} cores{gpu}: {duration(wall_time)}")
    rows = int(table["table_rows"].max())
    print(f"Largest table: {rows:,} rows, {table_memory_mb(rows):,} MB to aggregate it")
    if arguments.output_dir:
        write_csv(arguments.output_dir / "experiments.csv", table)


def duration(hours: float) -> str:
    """As rounded, in the largest unit of which there is one, else in seconds."""
    seconds, minutes = round(3600.0 * hours, 1), round(60.0 * hours, 1)
    if minutes >= 60.0:
        return f"{hours:.2f} h"
    return f"{minutes:.1f} min" if seconds >= 60.0 else f"{seconds:.1f} s"


if __name__ == "__main__":
    run(parser, main, (EngineUnavailable,))
