"""Take results that were trained elsewhere, as by train_shards.py, into the workflow.

Copy their runs/ (and data/, if you like) into results/{preset}/{paper}/ first. Results of the same
settings and the same code are recorded as up to date with Snakemake; each other one is named with
the reason, and moved aside to its name with .refused added, so that the workflow trains it again.
Exit status: 0 some were adopted or none were found, 2 none of those found could be.
"""

import argparse
import logging
import subprocess
import sys
from pathlib import Path

from emergence.cli.command import EXIT_USER_ERROR, run
from emergence.config.load import ConfigError, load_config
from emergence.config.settings import of_paper, paper_names, training_settings
from emergence.jobs.adoption import judge_results
from emergence.store.files import write_json

parser = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--config", type=Path, nargs="*", default=[], help="preset files, in order")


def main(arguments: argparse.Namespace) -> int | None:
    """Run the command."""
    whole = load_config(arguments.config)
    results = Path("results") / whole["preset"]
    judgements, accepted = [], []
    for paper in paper_names(whole):
        config, folder = of_paper(whole, paper), results / paper
        judged = judge_results(config, folder)
        taken = [judgement.path for judgement in judged if judgement.problem is None]
        for name in {path.relative_to(folder / "runs").parts[0] for path in taken}:
            write_json(folder / "settings" / f"{name}.json", training_settings(config, name))
        judgements += judged
        accepted += taken
    for judgement in judgements:
        if judgement.problem:
            verb = "refused" if judgement.kept_aside else "left alone"
            logging.warning("%s: %s: %s", verb, judgement.path, judgement.problem)
    if accepted:
        if status := _record(arguments.config, accepted):
            return status
    elif judgements:
        found = len(judgements)
        logging.error("error: %s: none of its %d results could be adopted", results, found)
        return EXIT_USER_ERROR
    refused = sum(judgement.kept_aside for judgement in judgements)
    logging.info("%s: %d results adopted, %d refused", results, len(accepted), refused)
    return None


def _record(presets: list[Path], accepted: list[Path]) -> int:
    """Let Snakemake note settings, data and runs as made now, by this configuration and code."""
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--quiet", "all"]
    command += ["--touch", "--forceall"]
    command += ["--configfile", *map(str, presets)] if presets else []
    return subprocess.run([*command, "--", *map(str, accepted)]).returncode


if __name__ == "__main__":
    run(parser, main, (ConfigError,))
