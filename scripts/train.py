"""Train the runs of one shard. Continues from the checkpoint that an interrupted run left."""

import argparse
from pathlib import Path

from emergence.arguments import non_negative_number, whole_number
from emergence.command import run
from emergence.files import DamagedFile, discard, read_npz, write_npz
from emergence.provenance import digest
from emergence.settings_files import read_settings
from emergence.training.engines import EngineUnavailable
from emergence.training.protocol import TrainingDiverged
from emergence.training.scratch import local_checkpoint
from emergence.training.shard import Interrupted, run_shard

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--settings", type=Path, required=True, help="settings of the experiment")
parser.add_argument("--data", type=Path, required=True, help="generated data of the shard")
parser.add_argument("--output", type=Path, required=True)
parser.add_argument("--checkpoint", type=Path, required=True)
parser.add_argument("--checkpoint-seconds", type=non_negative_number, default=60.0)
parser.add_argument("--scratch", default="", help="folder on this node for checkpoints meanwhile")
parser.add_argument("--threads", type=whole_number(1), default=1)


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    settings = read_settings(arguments.settings)
    data, made_by = read_npz(arguments.data, "generate.py")
    if made_by["settings_digest"] != digest(settings):
        raise DamagedFile(f"{arguments.data} belongs to other settings; rerun rule generate")
    with local_checkpoint(arguments.checkpoint, arguments.scratch) as checkpoint:
        arrays, record = run_shard(
            settings,
            made_by["value"],
            made_by["first_run"],
            data,
            checkpoint,
            arguments.checkpoint_seconds,
            arguments.threads,
        )
        write_npz(arguments.output, arrays, record)
        for path in (checkpoint, arguments.checkpoint):
            discard(path)


if __name__ == "__main__":
    run(parser, main, (Interrupted, TrainingDiverged, EngineUnavailable))
