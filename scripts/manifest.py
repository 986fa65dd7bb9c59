"""Write the manifest of a preset: hashes of all outputs, versions, machine, cost."""

import argparse
from pathlib import Path

from emergence.cli.arguments import json_object
from emergence.cli.command import run
from emergence.jobs.packing import shards
from emergence.store.files import write_json
from emergence.verify.manifest import build_manifest

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument(
    "--config-json", type=json_object, required=True, help="the configuration that was run"
)
parser.add_argument("--benchmarks", type=Path, required=True, help="folder of benchmark tables")
parser.add_argument(
    "--jobs", nargs="*", default=[], metavar="RULE/NAME", help="jobs with a benchmark table each"
)
parser.add_argument(
    "--sharded-rules", nargs="*", default=[], help="rules with a job for every shard"
)
parser.add_argument("--runs", type=Path, help="folder of the results of training jobs")
parser.add_argument("--outputs", type=Path, nargs="+", required=True)
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    config = arguments.config_json
    names = [
        shard.name for experiment in config["experiments"] for shard in shards(config, experiment)
    ]
    jobs = [
        *arguments.jobs,
        *(f"{rule}/{name}" for rule in arguments.sharded_rules for name in names),
    ]
    benchmarks = [arguments.benchmarks / f"{job}.tsv" for job in jobs]
    runs = [arguments.runs / f"{name}.npz" for name in names] if arguments.runs else []
    write_json(arguments.output, build_manifest(config, arguments.outputs, benchmarks, runs))


if __name__ == "__main__":
    run(parser, main)
