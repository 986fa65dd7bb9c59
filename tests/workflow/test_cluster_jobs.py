"""What the rules ask a scheduler for, and what the profiles say."""

import re
from graphlib import TopologicalSorter

import pytest
import yaml
from snakemake.cli import get_argument_parser

SMOKE = ("--configfile", "config/smoke.yaml")
PLUGIN_OPTIONS = ("slurm-", "cluster-generic-")


def _profile(repository, name):
    return yaml.safe_load((repository / "profiles" / name / "config.yaml").read_text())


@pytest.mark.parametrize("name", ["default", "slurm", "site"])
def test_every_line_of_a_profile_is_an_option(repository, name):
    known = {
        option.removeprefix("--")
        for action in get_argument_parser()._actions
        for option in action.option_strings
    }
    for key in _profile(repository, name):
        assert key in known or key.startswith(PLUGIN_OPTIONS), key


def test_both_profiles_keep_the_same_out_of_the_home_folder(repository):
    shared = [_profile(repository, name)["shared-fs-usage"] for name in ("default", "slurm")]
    assert shared[0] == shared[1]
    assert "source-cache" not in shared[0]


def test_the_site_is_all_that_a_user_edits(repository):
    assert not _profile(repository, "site").keys() & _profile(repository, "slurm").keys()


@pytest.fixture(scope="module")
def graph(pristine):
    """Rule of each job, and the jobs it waits for."""
    done = pristine.snakemake("--dag", *SMOKE)
    assert done.returncode == 0, done.stdout[-3000:]
    rules = dict(re.findall(r'^\s*(\d+)\[label = "(\w+)', done.stdout, re.MULTILINE))
    arrows = re.findall(r"^\s*(\d+) -> (\d+)", done.stdout, re.MULTILINE)
    assert len(rules) > 50 < len(arrows)
    before = {job: [a for a, b in arrows if b == job] for job in rules}
    return rules, before


@pytest.mark.workflow
def test_grouped_jobs_never_wait_for_each_other_in_a_circle(graph, repository):
    """Snakemake submits as one job those of a group that are connected, when none waits outside."""
    rules, before = graph
    groups = _profile(repository, "slurm")["groups"]
    assert groups.keys() <= set(rules.values())
    submitted = {job: job for job in rules}  # one of the jobs that are submitted together

    def first(job):
        while submitted[job] != job:
            job = submitted[job]
        return job

    arrows = [(a, job) for job in rules for a in before[job]]
    for a, b in arrows:
        if groups.get(rules[a]) == groups.get(rules[b], "none"):
            submitted[first(a)] = first(b)
    waits = {first(job): set() for job in rules}
    for a, b in arrows:
        if first(a) != first(b):
            waits[first(b)].add(first(a))
    list(TopologicalSorter(waits).static_order())  # raises CycleError
    # What a figure or table alone shows is made in its job.
    for a, b in arrows:
        if rules[a].startswith("theory_") and rules[b] in ("figure", "table"):
            assert first(a) == first(b), rules[a]


@pytest.fixture
def resources(fresh):
    """Resources of all jobs by rule, as a dry run prints them for jobs without a message."""
    for path in (fresh.folder / "workflow" / "rules").glob("*.smk"):
        path.write_text(re.sub(r"\n +message:\n[^\n]*", "", path.read_text()))

    def of(*arguments):
        done = fresh.snakemake("--dry-run", "--cores", 1, *SMOKE, *arguments)
        assert done.returncode == 0, done.stdout[-3000:]
        jobs = {}
        for block in re.split(r"\n(?=(?:local)?rule )", done.stdout)[1:]:
            rule = re.match(r"(?:local)?rule (\w+):", block)[1]
            if rule in ("all", "settings"):  # run where Snakemake runs
                continue
            wildcards = re.search(r"^    wildcards: experiment=(\w+)", block, re.MULTILINE)
            listed = re.search(r"^    resources: (.*)$", block, re.MULTILINE)
            found = dict(item.split("=", 1) for item in listed[1].split(", ")) if listed else {}
            jobs.setdefault(rule, []).append((wildcards and wildcards[1], found))
        return jobs

    return of


@pytest.mark.workflow
def test_every_submitted_job_says_what_it_takes(resources):
    jobs = resources("--config", "planning={packing: job_minutes}")
    assert jobs.keys() >= {"generate", "train", "aggregate", "fit", "figure", "theory_figure02"}
    for rule, found in jobs.items():
        for _, asked in found:
            assert int(asked.get("mem_mb", 0)) >= 500, (rule, asked)
            assert int(asked["runtime"]) >= 5, rule
    assert {asked["gpu"] for _, asked in jobs["train"]} == {"0"}


@pytest.mark.workflow
def test_only_training_on_cuda_asks_for_a_gpu(resources, tmp_path):
    path = tmp_path / "device.yaml"
    path.write_text(yaml.safe_dump({"experiments": {"transformer": {"device": "cuda"}}}))
    jobs = resources(path)
    on_gpu = {name for name, asked in jobs["train"] if asked["gpu"] == "1"}
    assert on_gpu == {"transformer"}
    assert not [1 for rule in jobs.keys() - {"train"} for _, asked in jobs[rule] if "gpu" in asked]
    by_engine = resources("--config", "training={engine: triton}")["train"]
    without = {name for name, asked in by_engine if asked["gpu"] == "0"}
    assert without == {"transformer", "transformer_control"}  # which that engine does not train
