"""Time the training engines on this machine.

On a CPU: every engine by shape and threads, and the library of the engine lookup as built for
lesser machines, beside the time of its arithmetic only. On a GPU: every engine by shape. Needs
neither Snakemake nor a network.
"""

import argparse
import os
import platform
from pathlib import Path

import torch

from emergence.bench.engines import MEASURED_EVERY, compare_instruction_sets, compare_methods
from emergence.cli.arguments import whole_number
from emergence.cli.command import run
from emergence.store.files import write_csv, write_json
from emergence.training.engines.choice import EngineUnavailable, resolve_device
from emergence.training.engines.lookup.compiler import LibraryUnavailable
from emergence.verify.manifest import processor_name

PRINTED = ["shape", "method", "threads", "ms_per_run_step", "times_faster_than_plain"]
OF_SETS = ["instruction_set", "shape", "ms_per_run_step", "bound_ms", "bound_reached"]

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--output-dir", type=Path, required=True)
parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
parser.add_argument("--threads", type=whole_number(1), nargs="+", default=[1, 2], help="of a CPU")
parser.add_argument("--repeats", type=whole_number(1), default=15, help="timed slices of each case")


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    folder, repeats, on_gpu = arguments.output_dir, arguments.repeats, arguments.device == "cuda"
    conditions = {
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "repeats": repeats,
        "measured_every": MEASURED_EVERY,
        "load_average": os.getloadavg()[0],
    }
    if on_gpu:
        methods = compare_methods([1], repeats, device=resolve_device("cuda"))
        conditions["card"] = torch.cuda.get_device_name()
    else:
        threads = sorted(set(arguments.threads))  # one core: Snakemake gives 1 for 2
        methods = compare_methods(threads, repeats)
        sets = compare_instruction_sets(repeats)
        write_csv(folder / "instruction_sets.csv", sets)
        print(sets[OF_SETS].to_string(index=False, float_format="{:.4g}".format), end="\n\n")
    write_csv(folder / "benchmark.csv", methods)
    rows = methods.astype(object).where(methods.notna(), None).to_dict("records")
    write_json(folder / "benchmark.json", {"conditions": conditions, "methods": rows})
    print(methods[PRINTED].to_string(index=False, float_format="{:.4g}".format))


if __name__ == "__main__":
    run(parser, main, (EngineUnavailable, LibraryUnavailable))
