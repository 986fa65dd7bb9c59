"""Compile the written report of a paper, with what it took; record the digests of both."""

import argparse
from pathlib import Path

from emergence.cli.arguments import non_negative_number
from emergence.cli.command import run
from emergence.report.compiling import CompilationError, compile_pdf, record
from emergence.report.cost import cost_of
from emergence.store.files import DamagedFile, read_json, write_json
from emergence.verify.manifest import damaged_outputs

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--paper", type=Path, required=True, help="folder of the paper")
parser.add_argument("--results", type=Path, required=True, help="its folder of results")
parser.add_argument("--manifest", type=Path, required=True, help="manifest of these results")
parser.add_argument("--shipped", type=Path, help="manifest of the runs, where tables were shipped")
parser.add_argument("--watts-per-core", type=non_negative_number, required=True)
parser.add_argument("--cost-output", type=Path, required=True)
parser.add_argument("--output", type=Path, required=True, help="PDF")
parser.add_argument("--record-output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    shipped, watts = arguments.shipped, arguments.watts_per_core
    manifest = read_json(arguments.manifest)
    problems = damaged_outputs(manifest)  # Typst compares nothing of what it reads
    if problems:
        raise DamagedFile("; ".join([*problems, "delete what was altered, run the workflow again"]))
    costs = {
        "preset": cost_of(manifest, watts),
        "trained": cost_of(read_json(shipped), watts) if shipped else None,
    }
    write_json(arguments.cost_output, costs)
    compile_pdf(arguments.paper, arguments.results, arguments.output)
    files = (arguments.output, arguments.cost_output, arguments.manifest)
    write_json(arguments.record_output, record(files))


if __name__ == "__main__":
    run(parser, main, (CompilationError,))
