"""Write where paper, authors' code and arithmetic disagree, with the numbers that show it."""

import argparse
from pathlib import Path

from emergence.analysis.aggregation import read_run_table
from emergence.cli.command import run
from emergence.store.files import read_csv, read_json, write_csv
from paper.nam2024.discrepancies.collection import discrepancy_table
from paper.nam2024.discrepancies.data_rows import data_findings
from paper.nam2024.discrepancies.emergence_rows import emergence_findings
from paper.nam2024.discrepancies.initial_strength_rows import initial_strength_findings
from paper.nam2024.discrepancies.prediction_rows import prediction_findings
from paper.nam2024.discrepancies.settings_rows import settings_findings
from paper.nam2024.discrepancies.theory_rows import theory_findings

parser = argparse.ArgumentParser(description=__doc__)
for name in ("calibration-settings", "calibration-fit"):
    parser.add_argument(f"--{name}", type=Path, required=True, help="of the time calibration")
for name in ("calibration-runs", "parameter-runs"):
    parser.add_argument(f"--{name}", type=Path, required=True, help="table of all runs")
parser.add_argument("--equation-checks", type=Path, required=True)
parser.add_argument("--simulation-checks", type=Path, required=True)
parser.add_argument("--three-neurons", type=Path, required=True, help="strengths behind Fig. 8")
for name in ("data-emergence", "parameter-emergence"):
    parser.add_argument(f"--{name}", type=Path, required=True, help="output of rule predict")
for name in ("exponents", "times"):
    parser.add_argument(f"--{name}", type=Path, required=True, help="output of emergence_times")
parser.add_argument("--transformer-means", type=Path, required=True, help="table of means")
parser.add_argument("--samples", type=Path, required=True, help="generated Table 3")
parser.add_argument(
    "--parameter-settings", type=Path, help="study of the conflicting parameter settings"
)
parser.add_argument("--transformer-sharing", type=Path, help="study of what skills share")
parser.add_argument("--output", type=Path, required=True)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings = read_json(arguments.calibration_settings)
    calibration = (
        settings,
        read_json(arguments.calibration_fit),
        read_run_table(arguments.calibration_runs),
    )
    study, sharing = arguments.parameter_settings, arguments.transformer_sharing
    findings = {
        **settings_findings(*calibration, read_csv(study) if study else None),
        **initial_strength_findings(*calibration),
        **data_findings(
            settings, read_run_table(arguments.parameter_runs), read_csv(arguments.samples)
        ),
        **prediction_findings(
            read_csv(arguments.data_emergence), read_csv(arguments.parameter_emergence)
        ),
        **emergence_findings(
            read_csv(arguments.exponents),
            read_csv(arguments.times),
            read_csv(arguments.transformer_means),
            read_csv(sharing) if sharing else None,
        ),
        **theory_findings(
            read_csv(arguments.equation_checks),
            read_csv(arguments.simulation_checks),
            read_csv(arguments.three_neurons),
        ),
    }
    write_csv(arguments.output, discrepancy_table(findings))


if __name__ == "__main__":
    run(parser, main)
