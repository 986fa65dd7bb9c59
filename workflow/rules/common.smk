# What every stage uses: the configuration, the papers, their files, code as a parameter.

import getpass
import json
import os
import re
import shlex
import sys
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

ROOT = Path(workflow.current_basedir.get_path_or_uri(secret_free=False)).resolve().parents[1]
if not (ROOT / "src").is_dir():  # as a module by address: Snakemake fetches files one by one
    raise WorkflowError(f"{ROOT} is no checkout: clone the repository and name its Snakefile")
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
sys.dont_write_bytecode = True  # nothing is written beside the sources

from emergence import papers
from emergence.config import load as configuration
from emergence.config.settings import swept_values, training_settings
from emergence.jobs import costs, packing, shard_files
from emergence.report import captions
from emergence.report.compiling import report_sources
from emergence.store.meaning import meaning_of
from emergence.training import shard
from emergence.training.engines import choice

try:
    for path in workflow.configfiles:  # Snakemake silently takes the second of a key given twice
        configuration.read_file(path)
    for key, value in configuration.complete(config).items():
        config[key] = value
    loaded = [papers.load_paper(folder, ROOT) for folder in config["papers"]]
    CONFIG = {paper.name: configuration.of_paper(config, paper.name) for paper in loaded}
    PAPERS = {paper.name: papers.resolve(paper, CONFIG[paper.name]) for paper in loaded}
except (configuration.ConfigError, papers.PaperError) as error:
    raise WorkflowError(str(error))

# Where modules lie: the library, and the papers of this checkout or elsewhere.
CODE = tuple(dict.fromkeys([ROOT / "src", ROOT, *(paper.base for paper in PAPERS.values())]))
RESULTS = f"results/{config['preset']}"
# Scripts and sources come from the checkout; results go where Snakemake runs.
CHECKOUT = os.path.relpath(ROOT)
SCRIPTS = os.path.normpath(f"{CHECKOUT}/scripts")
SHIPPED = os.path.normpath(f"{CHECKOUT}/results/shipped")

# Scripts run with the interpreter that runs Snakemake, activated or not, and with this checkout's
# library, whichever one is installed; caches of theirs stay here, out of the home folder and the
# sources.
CACHES = Path(".snakemake").absolute()
VARIABLES = {
    "PYTHONPATH": os.pathsep.join(map(str, CODE)),
    "PYTHONDONTWRITEBYTECODE": 1,
    "EMERGENCE_BUILD_DIR": os.environ.get("EMERGENCE_BUILD_DIR") or CACHES / "engines",
    "MPLCONFIGDIR": CACHES / "matplotlib",
    "TRITON_CACHE_DIR": CACHES / "triton",
    "CUDA_CACHE_PATH": CACHES / "cuda",
}
os.environ.pop("BASH_ENV", None)  # what a user's shell reads at its start is no part of a job
try:
    getpass.getuser()
except (KeyError, OSError):  # a user without a name, as in containers: Snakemake and PyTorch ask
    os.environ.update(LOGNAME=f"user{os.getuid()}")

PREFIX = (
    f"set -euo pipefail; export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH "
    + " ".join(f"{name}={shlex.quote(str(value))}" for name, value in VARIABLES.items())
    + "; "
)
shell.prefix(PREFIX.replace("{", "{{").replace("}", "}}"))  # Snakemake formats it


wildcard_constraints:
    paper="|".join(PAPERS),
    experiment="[a-z][a-z0-9_]*",
    value=r"\d+",
    first=r"\d+",
    last=r"\d+",


def scripts(wildcards, output):
    """Folder of the scripts, for commands: a parameter of `output` is no reason to run again.

    Names of this file do not reach the commands where another workflow includes this as a module.
    """
    return shlex.quote(SCRIPTS)


def folder_of(wildcards, output):
    """The same of the folder of a job's paper."""
    return shlex.quote(os.path.relpath(PAPERS[wildcards.paper].folder))


def text_of(value):
    """JSON of a value in one form: a parameter, so that a change of it is noticed."""
    return json.dumps(value, sort_keys=True)


@cache
def meaning(*starts):
    """What the code of modules means, as one digest: no job reruns for other words or places."""
    return meaning_of(starts, roots=CODE).digest


def code(*starts):
    """The same as a parameter: found out only for jobs that are looked at, which saves a second."""
    return lambda wildcards: meaning(*starts)


@cache
def training_code(paper, experiment):
    """The same of the code that trains an experiment, without engines that it does not use."""
    settings = settings_of(paper, experiment)
    if settings["device"] == "auto":  # as here: a cluster's configuration names its device
        settings = {**settings, "device": choice.resolve_device("auto")}
    return shard.training_code(settings, costs.planned_engine(settings)).digest


@cache
def generating_code(paper, experiment):
    """The same of the code that draws its data."""
    return shard_files.data_code(settings_of(paper, experiment))


@cache
def settings_of(paper, experiment):
    """Everything that determines the numbers of an experiment's runs."""
    return training_settings(CONFIG[paper], experiment)


def experiments(paper):
    """Names of a paper's experiments in this configuration."""
    return CONFIG[paper]["experiments"]


# Files of a paper, relative to its folder of results unless said otherwise.


def located(paper, path):
    """Where a file lies that a declaration names.

    Evidence of studies is shipped. A file of another paper is taken first.
    """
    if PAPERS[paper].other(path):
        return f"{RESULTS}/{paper}/taken/{path}"
    folder = SHIPPED if path.startswith(papers.EVIDENCE) else RESULTS
    return f"{folder}/{paper}/{path}"


def asked_for(paper):
    """Whether a run makes this paper's results: not where all its targets are another paper's."""

    def names(target, one):
        return target == one or target.startswith((f"{one}_", f"{RESULTS}/{one}/"))

    targets, others = workflow.dag_settings.targets, PAPERS.keys() - {paper}
    only_others = all(any(names(target, one) for one in others) for target in targets)
    return paper in PAPERS and not (targets and only_others)


def source_of(path):
    """Where a file of another paper is taken from: its results, if this run makes them or an earlier
    one finished them; else what is shipped, so that one paper never trains another's networks.
    """
    other, own = Path(path).parts[0], f"{RESULTS}/{path}"
    finished = os.path.exists(f"{RESULTS}/{other}/manifest.json") and os.path.exists(own)
    if asked_for(other) or finished:
        return {"file": own}
    return {"file": f"{SHIPPED}/{path}", "manifest": f"{SHIPPED}/{other}/manifest.json"}


def inputs_of(paper, declared, whole=False):
    """Located inputs by argument; evidence that was never made is left out, unless `whole`."""
    found = {}
    for argument, paths in declared.items():
        listed = [paths] if isinstance(paths, str) else paths
        files = [located(paper, path) for path in listed]
        files = [
            f
            for f, p in zip(files, listed)
            if whole or not p.startswith(papers.EVIDENCE) or os.path.exists(f)
        ]
        if files:
            found[argument] = files
    return found


def figure_files(paper):
    """All figures of a paper, PDF and PNG."""
    names = PAPERS[paper].figures
    return [f"{RESULTS}/{paper}/figures/{name}.{kind}" for name in names for kind in ("pdf", "png")]


def table_files(paper):
    """All tables of a paper, CSV and Typst."""
    names = PAPERS[paper].tables
    return [f"{RESULTS}/{paper}/tables/{name}.{kind}" for name in names for kind in ("csv", "typ")]


def run_files(paper, experiment):
    """Results of all training jobs of an experiment."""
    names = (job.name for job in packing.shards(CONFIG[paper], experiment))
    return [f"{RESULTS}/{paper}/runs/{name}.npz" for name in names]


def outputs(paper):
    """What a reader opens, but for the report: what the manifest names and `verify` checks."""
    declared = PAPERS[paper].products
    return [
        *figure_files(paper),
        *table_files(paper),
        *(f"{RESULTS}/{paper}/settings/{name}.json" for name in experiments(paper)),
        *(
            f"{RESULTS}/{paper}/aggregated/{name}{suffix}.csv"
            for name in experiments(paper)
            for suffix in ("", "_runs")
        ),
        *(
            located(paper, path)
            for product in declared.values()
            if not product.evidence
            for path in product.outputs.values()
        ),
        *(f"{RESULTS}/{paper}/pages/{page}.html" for page in PAPERS[paper].pages),
        f"{RESULTS}/{paper}/report/facts.json",
    ]


# Time and memory of jobs.


def more(amount):
    """A resource, in MB or minutes, of which each further attempt gets as much again."""
    return lambda w, attempt: attempt * amount


def minutes(seconds, attempt):
    """Resource runtime of a job of about that many seconds: more on each attempt."""
    return costs.request_minutes(seconds, config["planning"]["longest_job_minutes"], attempt)


@cache
def cost_of(paper, experiment, value, runs):
    """Estimated seconds of a training job, and the memory it takes in MB."""
    settings = settings_of(paper, experiment)
    return (
        costs.job_seconds(CONFIG[paper], settings, value, runs),
        costs.training_memory_mb(settings, value, runs),
    )


def training_cost(w):
    """The same of the job with these wildcards."""
    return cost_of(w.paper, w.experiment, int(w.value), int(w.last) - int(w.first) + 1)


def table_megabytes(paper, experiment):
    """Memory of a job that builds or reads the table of all runs of an experiment."""
    block = experiments(paper)[experiment]
    rows = costs.table_rows(
        settings_of(paper, experiment), block["runs"] * len(swept_values(block))
    )
    return costs.table_memory_mb(rows)
