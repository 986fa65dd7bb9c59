"""Check and time the engines on this machine's GPU; needs neither Snakemake nor a network.

Correctness at full shapes, speed against a plain PyTorch loop and against the card's own limits,
the transformer, and the hours of the paper's experiments. Every part leaves OUT/{part}.json as soon
as it has something; a later command with other --parts adds to it. A short table comes last.
Exit status: 0 all is right, 1 a check or a part failed, 2 an error in one line, 3 there is no GPU.
"""

import argparse
import logging
from functools import cache
from pathlib import Path

import pandas as pd

from emergence.command import EXIT_NO_GPU, run
from emergence.configuration_file import read_configuration
from emergence.files import write_csv, write_json
from emergence.gpu_check.goals import judge
from emergence.gpu_check.parts import read_parts, run_part
from emergence.gpu_check.report import PARTS, part_functions, succeeded, summary
from emergence.training.engines import EngineUnavailable, resolve_engine

CONFIG = Path(__file__).resolve().parents[1] / "config"

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--out", type=Path, required=True, help="folder for the results")
parser.add_argument(
    "--config",
    type=Path,
    nargs="+",
    default=[CONFIG / "paper.yaml", CONFIG / "packing" / "gpu.yaml"],
    help="preset files whose hours are projected, or one JSON file of scripts/settings.py --whole",
)
parser.add_argument("--engines", nargs="+", default=["triton", "torch"])
parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
parser.add_argument("--quick", action="store_true", help="fewer cases and repetitions")


def main(arguments: argparse.Namespace) -> int | None:
    """Run the command."""
    try:
        _, device = resolve_engine("torch", "cuda")
    except EngineUnavailable:
        logging.error("error: no GPU: PyTorch sees none on this machine, nothing was checked")
        return EXIT_NO_GPU
    folder = arguments.out
    functions = part_functions(
        arguments.engines,
        device,
        arguments.quick,
        cache(lambda: read_configuration(arguments.config)),
        lambda name: read_parts(folder, [name])[name].rows,
    )
    made = [run_part(folder, name, functions[name]) for name in PARTS if name in arguments.parts]
    parts = read_parts(folder, PARTS)
    goals = judge(parts, resolve_engine("auto", device)[0])
    write_json(folder / "goals.json", goals)
    write_csv(folder / "steps.csv", pd.DataFrame(parts["steps"].rows))
    print(summary(parts, goals))
    return None if succeeded(made) else 1


if __name__ == "__main__":
    run(parser, main)
