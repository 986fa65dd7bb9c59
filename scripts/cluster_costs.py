"""Put what the paper preset costs into a Markdown file: measured a run, and on a cluster."""

import argparse
import copy
from pathlib import Path

from emergence.cli.command import run
from emergence.config.load import load_config
from emergence.jobs.planning import makespan, modelled_hours
from emergence.models.architectures import is_transformer
from emergence.report.documents import replace_part
from emergence.store.files import read_csv
from emergence.tasks.sparse_parity.ensembles import swept_values

PAPER = "config/paper.yaml"

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("document", type=Path, help="Markdown with a part named costs")
parser.add_argument("--plan", type=Path, required=True, help="experiments.csv of `plan`, measured")


def on_a_cluster(runs: int) -> dict:
    """The paper preset with `runs` times its runs, packed by time, its transformers on GPUs."""
    config = copy.deepcopy(load_config([PAPER]))
    config["planning"]["packing"] = "job_minutes"
    for block in config["experiments"].values():
        block["runs"] *= runs
        if is_transformer(block):
            block["device"] = "cuda"
    return config


def text(config: dict, measured: float, tenfold: dict) -> str:
    """The paragraph below the table; measured: core hours of the two-layer networks."""
    planning = config["planning"]
    cores, gpus = planning["cores"], planning["gpus"]
    cpu, gpu = modelled_hours(config)
    more_cpu, more_gpu = modelled_hours(tenfold)
    speed = f"{planning['rates']['transformer']['cuda']:.0e}".replace("e+", "e")
    return (
        f"\nThe two-layer networks are {measured:.0f} core hours measured, {sum(cpu):.0f} by the"
        " default `planning.rates`.\n"
        f"Packed for {planning['job_minutes']} minutes they are {len(cpu)} jobs and take"
        f" {makespan(cpu, cores):.2g} hours on {cores} cores by those rates; the longest job takes"
        f" {max(cpu):.2g}.\nThe transformers need GPUs: {len(gpu)} jobs, {sum(gpu):.0f} GPU hours,"
        f" {makespan(gpu, gpus):.2g} hours on {gpus} GPUs,\nat an assumed"
        f" {speed} operations a second each. **No GPU rate was measured.**\n"
        f"Ten times the runs: {len(more_cpu)} jobs, {makespan(more_cpu, cores):.2g} hours on"
        f" {cores} cores; {len(more_gpu)} GPU jobs, {makespan(more_gpu, gpus):.2g} hours on"
        f" {gpus} GPUs under the same assumption.\n"
    )


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    plan = read_csv(arguments.plan).set_index("experiment")
    config = on_a_cluster(1)
    lines = ["| paper preset | runs | seconds a run, one core |", "| --- | --- | --- |"]
    for name in config["experiments"]:
        row, block = plan.loc[name], config["experiments"][name]
        runs = block["runs"] * len(swept_values(block))
        if (row["runs"], row["steps"]) != (runs, runs * block["steps"]):
            raise ValueError(f"{arguments.plan} has other runs of {name} than {PAPER}: measure it")
        hours = row["core_hours"] / row["runs"]
        printed = f"{3600 * hours:,.0f}" if hours < 1 else f"{float(f'{3600 * hours:.2g}'):,.0f}"
        cell = printed if hours < 1 else f"{printed} ({hours:,.0f} hours)"
        lines.append(f"| `{name}` | {row['runs']:,} | {cell} |")
    two_layer = [n for n, block in config["experiments"].items() if not is_transformer(block)]
    measured = float(plan.loc[two_layer, "core_hours"].sum())
    table = "\n".join(lines) + "\n"
    replace_part(arguments.document, "costs", table + text(config, measured, on_a_cluster(10)))


if __name__ == "__main__":
    run(parser, main, (ValueError, KeyError))
