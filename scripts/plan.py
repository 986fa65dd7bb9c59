"""Print what a preset takes: jobs, runs, steps, and time on this machine and on a cluster."""

import argparse
from pathlib import Path

import pandas as pd

from emergence.cli.arguments import json_object, whole_number
from emergence.cli.command import run
from emergence.jobs.costs import table_memory_mb
from emergence.jobs.planning import LONGEST_CHAIN, Plan, fit_rates, make_plan, rates_file
from emergence.store.files import write_csv, write_json, write_text
from emergence.training.engines.choice import EngineUnavailable

_TIMES = {"core_hours": "core time", "gpu_hours": "GPU time", "longest_job_hours": "longest job"}

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--config-json", type=json_object, required=True, help="the configuration")
parser.add_argument(
    "--cores", type=whole_number(1), required=True, help="cores that share the work"
)
parser.add_argument("--output-dir", type=Path, help="folder for the table, totals and rates")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    config = arguments.config_json
    plan, cluster = make_plan(config), config["planning"]
    threads = config["training"]["threads"]
    table, longest = plan.experiments, plan.experiments["longest_job_hours"].max()
    facts = {
        "preset": config["preset"],
        **{name: int(table[name].sum()) for name in ("jobs", "runs", "steps")},
        "core_hours": float(table["core_hours"].sum()),
        "gpu_hours": float(table["gpu_hours"].sum()),
        "longest_job_hours": float(longest),
        "here": {
            "cores": arguments.cores,
            "wall_hours": plan.wall_hours(max(1, arguments.cores // threads), 1),
        },
        "cluster": {
            "cores": cluster["cores"],
            "gpus": cluster["gpus"],
            "wall_hours": plan.wall_hours(max(1, cluster["cores"] // threads), cluster["gpus"]),
        },
        "largest_table_rows": int(table["table_rows"].max()),
        "all_measured": bool(table["measured"].all()),
    }
    print(f"Preset {config['preset']}: training on one thread each, measured here just now")
    print(_printed(table).to_string(index=False))
    for line in _summary(config, plan, facts):
        print(line)
    if arguments.output_dir:
        write_csv(arguments.output_dir / "experiments.csv", table)
        write_json(arguments.output_dir / "plan.json", facts)
        rates = arguments.output_dir / "rates.yaml"
        write_text(rates, rates_file(fit_rates(plan.probes)))
        print(f"Rates measured here, to pack and request by: --configfile ... {rates}")


def _printed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its totals; counts with separators, times that are not measured marked."""
    total = table.drop(columns="measured").sum(numeric_only=True)
    total["longest_job_hours"] = table["longest_job_hours"].max()
    names = table["experiment"].where(table["measured"].astype(bool), table["experiment"] + " *")
    printed = table.drop(columns=["measured", "table_rows"]).assign(experiment=names)
    printed.loc[len(printed)] = {"experiment": "total", **total[printed.columns[1:]]}
    for column in ("jobs", "runs", "steps"):
        printed[column] = printed[column].map(lambda count: f"{int(count):,}")
    for column in _TIMES:
        printed[column] = printed[column].map(_duration)
    return printed.rename(columns=_TIMES)


def _duration(hours: float) -> str:
    """As rounded, in the largest unit of which there is one, else in seconds."""
    seconds = round(3600.0 * hours, 1)
    minutes = round(60.0 * hours, 1)
    if minutes >= 60.0:
        return f"{hours:.2f} h"
    return f"{minutes:.1f} min" if seconds >= 60.0 else f"{seconds:.1f} s"


def _summary(config: dict, plan: Plan, facts: dict) -> list[str]:
    lines = []
    if not facts["all_measured"]:
        lines.append("* needs a GPU, and none is here: times by planning.rates, not measured")
    gpus = " and 1 GPU" if facts["gpu_hours"] else ""
    here, cluster = facts["here"], facts["cluster"]
    lines += [
        f"About {_duration(here['wall_hours'])} of training on {here['cores']} cores{gpus}.",
        f"About {_duration(cluster['wall_hours'])} on {cluster['cores']} cores and "
        f"{cluster['gpus']} GPUs (planning.cores, planning.gpus).",
        f"Core time {_duration(facts['core_hours'])}, GPU time {_duration(facts['gpu_hours'])}.",
        f"Longest chain: {' -> '.join(LONGEST_CHAIN)}, with a training job of "
        f"{_duration(facts['longest_job_hours'])}.",
        f"Largest table: {facts['largest_table_rows']:,} rows, "
        f"{table_memory_mb(facts['largest_table_rows']):,} MB asked for to aggregate it.",
    ]
    stopping = [name for name, block in config["experiments"].items() if block["early_stop"]]
    if stopping:
        lines.append(f"Less where runs stop early, which is not counted: {', '.join(stopping)}.")
    return lines


if __name__ == "__main__":
    run(parser, main, (EngineUnavailable,))
