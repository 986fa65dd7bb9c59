"""Time the training engines against a plain PyTorch loop on this machine."""

import argparse
import os
import platform
from pathlib import Path

import torch

from emergence.bench.engines import (
    MEASURED_EVERY,
    compare_instruction_sets,
    compare_methods,
    scale_costs,
)
from emergence.cli.arguments import whole_number
from emergence.cli.command import run
from emergence.store.files import write_csv, write_json
from emergence.training.engines.lookup.compiler import LibraryUnavailable
from emergence.verify.manifest import processor_name

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--output-dir", type=Path, required=True)
parser.add_argument("--threads", type=whole_number(1), nargs="+", default=[1, 2])
parser.add_argument("--repeats", type=whole_number(1), default=15, help="timed slices of each case")
parser.add_argument("--figure", action="store_true", help="also draw benchmark.pdf and .png")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    folder = arguments.output_dir
    threads = sorted(set(arguments.threads))  # one core: Snakemake gives 1 for 2
    methods = compare_methods(threads, arguments.repeats)
    write_csv(folder / "benchmark.csv", methods)
    costs = scale_costs(threads, max(3, arguments.repeats // 3))
    write_csv(folder / "cost_scaling.csv", costs)
    write_csv(folder / "instruction_sets.csv", compare_instruction_sets(arguments.repeats))
    conditions = {
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "repeats": arguments.repeats,
        "measured_every": MEASURED_EVERY,
        "load_average": os.getloadavg()[0],
    }
    rows = methods.astype(object).where(methods.notna(), None).to_dict("records")
    write_json(folder / "benchmark.json", {"conditions": conditions, "methods": rows})
    if arguments.figure:
        from emergence.bench import figure as benchmark
        from emergence.exhibits import style

        drawn = benchmark.draw(methods, costs)
        style.save(drawn, [folder / "benchmark.pdf", folder / "benchmark.png"])


if __name__ == "__main__":
    run(parser, main, (LibraryUnavailable,))
