# What every stage uses: the validated configuration, paths of the preset, code as input.

import json
import os
import shlex
import sys
from functools import cache

sys.path.insert(0, str(ROOT / "src"))
sys.dont_write_bytecode = True  # nothing is written beside the sources

from emergence.config.load import load as configuration
from emergence.models import architectures
from emergence.jobs import costs
from emergence.tasks.sparse_parity import ensembles as experiments
from emergence.jobs import packing
from emergence.store import provenance

try:
    for path in workflow.configfiles:  # what Snakemake lets pass: a key twice, expressions
        configuration.read_file(path)
    configuration.validate(config)
except configuration.ConfigError as error:
    raise WorkflowError(str(error))

RESULTS = f"results/{config['preset']}"
CONDA = str(ROOT / "environment.yml")  # documents the software; jobs use the active environment

# Scripts run with the interpreter that runs Snakemake, activated or not, and with this checkout's
# library, whichever one is installed; caches of theirs stay here, out of the home folder and the
# sources.
CACHES = ROOT / ".snakemake"
VARIABLES = {
    "PYTHONPATH": ROOT / "src",
    "PYTHONDONTWRITEBYTECODE": 1,
    "EMERGENCE_BUILD_DIR": os.environ.get("EMERGENCE_BUILD_DIR") or CACHES / "engines",
    "MPLCONFIGDIR": CACHES / "matplotlib",
    "TRITON_CACHE_DIR": CACHES / "triton",
    "CUDA_CACHE_PATH": CACHES / "cuda",
}
shell.prefix(
    f"set -euo pipefail; export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH "
    + " ".join(f"{name}={shlex.quote(str(value))}" for name, value in VARIABLES.items())
    + "; "
)


wildcard_constraints:
    experiment="[a-z][a-z0-9_]*",
    value=r"\d+",
    first=r"\d+",
    last=r"\d+",


# Logging and the exit status of scripts: no reason to compute anything again.
INFRASTRUCTURE = ("emergence.cli.command",)


# Cached, as what follows: it is asked for every job.
@cache
def code(script, *modules, without=()):
    """A rule's script and the library files it stands on: changing them makes outputs stale.

    Modules are those that the script imports by a name it is given; `without` are modules that this
    job does not use.
    """
    without = (*INFRASTRUCTURE, *without)
    starts = [ROOT / "scripts" / script, *modules]
    files = {path for start in starts for path in provenance.source_files(start, without)}
    return sorted(str(path.relative_to(ROOT)) for path in files)


@cache
def other_networks(experiment):
    """Modules of the architectures that an experiment does not train."""
    return experiments.other_network_modules(config["experiments"][experiment])


@cache
def training_settings(experiment):
    """Everything that determines the numbers of an experiment's runs."""
    return experiments.training_settings(config, experiment)


@cache
def settings_of(experiment):
    """An experiment's settings as canonical JSON: a parameter, so that a change is noticed."""
    return json.dumps(training_settings(experiment), sort_keys=True)


def more(amount):
    """A resource, in MB or minutes, of which each further attempt gets as much again."""
    return lambda w, attempt: attempt * amount


def minutes(seconds, attempt):
    """Resource runtime of a job of about that many seconds: more on each attempt."""
    return costs.request_minutes(seconds, config["planning"]["longest_job_minutes"], attempt)


if workflow.deployment_settings.deployment_method:
    raise WorkflowError(
        "--software-deployment-method is not supported: all rules share one environment; create it "
        "with `make environment` or `conda env create --file environment.yml`, and activate it"
    )
