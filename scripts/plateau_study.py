"""How long skills stand still before they are learned, in networks of fixed width."""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from emergence.analysis.plateaus import longest_plateau
from emergence.cli.arguments import non_negative_number, whole_number
from emergence.cli.command import run
from emergence.config.settings_files import read_settings
from emergence.store.files import write_csv
from emergence.tasks.sparse_parity.ensembles import generate
from emergence.training.engines.choice import EngineUnavailable
from emergence.training.shard import run_shard

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--width", type=whole_number(1), required=True)
parser.add_argument("--runs", type=whole_number(1), required=True)
parser.add_argument("--steps", type=whole_number(1), required=True)
parser.add_argument("--measure-every", type=whole_number(1), required=True)
parser.add_argument(
    "--tolerance", type=non_negative_number, required=True, help="change of R_k/S on a plateau"
)
parser.add_argument(
    "--rise", type=non_negative_number, required=True, help="least rise of R_k/S that follows"
)
parser.add_argument("--threads", type=whole_number(1), default=1)
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings = read_settings(arguments.settings)
    settings |= {"steps": arguments.steps, "measure_every": arguments.measure_every}
    with tempfile.TemporaryDirectory() as folder:
        arrays, _ = run_shard(
            settings,
            arguments.width,
            0,
            generate(settings, arguments.width, 0, arguments.runs),
            Path(folder) / "checkpoint.npz",
            np.inf,
            arguments.threads,
        )
    strength = arrays["skill_strength"] / settings["task"]["target_scale"]
    rows = []
    for index, curves in enumerate(strength):
        for skill, curve in enumerate(curves.T, start=1):
            plateau, rise = longest_plateau(
                arrays["step"], curve, arguments.tolerance, arguments.rise
            )
            rows.append((arguments.width, index, skill, arguments.steps, plateau, rise, curve[-1]))
    columns = ["width", "run", "skill", "steps", "plateau_steps", "rise_after", "strength_at_end"]
    write_csv(arguments.output, pd.DataFrame(rows, columns=columns))


if __name__ == "__main__":
    run(parser, main, (EngineUnavailable,))
