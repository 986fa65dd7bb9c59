"""Check and time the engines on this machine's GPU; needs neither Snakemake nor a network.

Correctness at full shapes, speed against a plain PyTorch loop and against the card's own limits,
the transformer, and the hours of the paper's experiments. Every part leaves OUT/{part}.json as soon
as it has something; a later command with other --parts adds to it. A short table comes last, also
after SIGTERM, SIGINT and the time limit.
Exit status: 0 all is right, 1 a check or a part failed, 2 an error in one line, 3 there is no GPU.
"""

import argparse
import logging
import math
from functools import partial
from pathlib import Path

import pandas as pd

from emergence.bench.gpu.goals import judge
from emergence.bench.gpu.parts import Stopped, read_parts, run_part
from emergence.bench.gpu.report import succeeded, summary
from emergence.bench.gpu.scope import PARTS, Checkup
from emergence.bench.gpu.worker import Worker, deadline_or_signal
from emergence.cli.arguments import non_negative_number
from emergence.cli.command import EXIT_NO_GPU, run
from emergence.config.configuration_file import add_config_argument
from emergence.store.files import write_csv, write_json
from emergence.training.engines.choice import EngineUnavailable, resolve_engine

CONFIG = Path(__file__).resolve().parents[1] / "config"
PROJECTED = (CONFIG / "paper.yaml", CONFIG / "packing" / "gpu.yaml")

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--out", type=Path, required=True, help="folder for the results")
add_config_argument(parser, default="the paper's")
parser.add_argument(
    "--engines",
    nargs="+",
    choices=("triton", "torch"),
    default=["triton", "torch"],
    metavar="ENGINE",
)
parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, metavar="PART")
parser.add_argument("--time-limit", type=non_negative_number, default=math.inf, help="seconds")
size = parser.add_mutually_exclusive_group()
size.add_argument("--quick", action="store_true", help="fewer cases and repetitions")
size.add_argument(
    "--rehearsal",
    action="store_true",
    help="tiny networks on the CPU, Triton's interpreter: does the command itself work?",
)


def main(arguments: argparse.Namespace) -> int | None:
    """Run the command."""
    rehearsal, folder = arguments.rehearsal, arguments.out
    try:
        if not rehearsal:
            resolve_engine("torch", "cuda")
    except EngineUnavailable:
        logging.error("error: no GPU: PyTorch sees none on this machine, nothing was checked")
        return EXIT_NO_GPU
    checkup = Checkup(
        scope="rehearsal" if rehearsal else "quick" if arguments.quick else "full",
        engines=tuple(arguments.engines),
        config=tuple(arguments.config or ([CONFIG / "smoke.yaml"] if rehearsal else PROJECTED)),
        folder=folder,
    )
    worker = Worker(checkup.units, deadline_or_signal(arguments.time_limit))
    made = [name for name in PARTS if name in arguments.parts]
    try:
        for name in made:
            run_part(folder, name, partial(checkup.units, name), partial(worker.rows, name))
    except Stopped as stopped:
        logging.warning("%s", stopped)
    finally:
        worker.close()
    parts = read_parts(folder, PARTS)
    judged = "triton" if "triton" in arguments.engines else arguments.engines[0]
    goals = [] if rehearsal else judge(parts, judged)  # a CPU's times say nothing about them
    write_json(folder / "goals.json", goals)
    write_csv(folder / "steps.csv", pd.DataFrame(parts["steps"].rows))
    print(summary(parts, goals), flush=True)
    return None if succeeded(parts[name] for name in made) else 1


if __name__ == "__main__":
    run(parser, main)
