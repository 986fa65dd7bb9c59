"""Print what a preset takes: jobs, runs, steps, and hours on this machine."""

import argparse

from emergence.arguments import json_object, whole_number
from emergence.command import run
from emergence.planning import plan_table
from emergence.training.engines import EngineUnavailable

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--config-json", type=json_object, required=True, help="the configuration")
parser.add_argument(
    "--cores", type=whole_number(1), required=True, help="cores that share the work"
)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    config = arguments.config_json
    table = plan_table(config)
    total = table.sum(numeric_only=True)
    total["longest_job_hours"] = table["longest_job_hours"].max()
    table.loc[len(table)] = {"experiment": "total", **total}
    for column in ("jobs", "runs", "steps"):
        table[column] = table[column].map(lambda count: f"{int(count):,}")
    print(f"Preset {config['preset']}: training on one thread each, measured here just now")
    print(table.to_string(index=False, float_format=lambda hours: f"{hours:.2f}"))
    wall = max(total["core_hours"] / arguments.cores, total["longest_job_hours"])
    print(f"About {wall:.2f} hours of training on {arguments.cores} cores.")
    stopping = [name for name, block in config["experiments"].items() if block["early_stop"]]
    if stopping:
        print(f"Less where runs stop early, which is not counted: {', '.join(stopping)}.")


if __name__ == "__main__":
    run(parser, main, (EngineUnavailable,))
