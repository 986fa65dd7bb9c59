"""What the rules ask a scheduler for."""

import re
import shutil
from graphlib import TopologicalSorter

import pytest
from workflow_copies import jobs_by_rule

SMOKE = ("--configfile", "config/smoke.yaml")


@pytest.fixture(scope="module")
def submitted(pristine, tmp_path_factory):
    """Jobs that are submitted together: what a dry run prints of jobs without a message."""
    folder = tmp_path_factory.mktemp("submitted") / "workflow"
    shutil.copytree(pristine.folder, folder)
    for path in (folder / "workflow" / "rules").glob("*.smk"):
        path.write_text(re.sub(r"\n +message:\n[^\n]*", "", path.read_text()))
    workflow = type(pristine)(folder, pristine.build_folder)
    changes = {
        "planning": {"packing": "job_minutes"},
        "nam2024": {"experiments": {"transformer": {"device": "cuda"}}},
    }
    said = workflow.dry_run(*SMOKE, workflow.preset("cluster", changes).name)
    groups = []
    for match in re.finditer(
        r"^\[.*Group job|^( *)rule (\w+):\n((?:\1    .*\n)+)", said, re.MULTILINE
    ):
        if match[2] is None:  # the head of a group, whose jobs are indented
            groups.append([])
            continue
        job = dict(re.findall(r"^ +(\w+): (.*)$", match[3], re.MULTILINE)) | {"rule": match[2]}
        if match[1]:
            groups[-1].append(job)
        else:
            groups.append([job])
    assert sum(map(len, groups)) == sum(jobs_by_rule(said).values())
    return groups


def _paths(jobs, kind):
    """Files that jobs read or make."""
    return {path for job in jobs for path in job.get(kind, "").split(", ") if path}


@pytest.mark.workflow
def test_grouped_jobs_never_wait_for_each_other_in_a_circle(submitted):
    assert max(map(len, submitted)) > 1
    made_by = {path: n for n, jobs in enumerate(submitted) for path in _paths(jobs, "output")}
    waits = {
        n: {made_by[path] for path in _paths(jobs, "input") if path in made_by} - {n}
        for n, jobs in enumerate(submitted)
    }
    assert sum(map(len, waits.values())) > 50
    list(TopologicalSorter(waits).static_order())  # raises CycleError


@pytest.mark.workflow
def test_every_submitted_job_says_what_it_takes_and_only_training_on_cuda_takes_a_gpu(submitted):
    on_gpu = []
    for job in (job for jobs in submitted for job in jobs):
        if job["rule"] in ("all", "settings", "protocol", "take", "expected"):  # not submitted
            continue
        asked = dict(item.split("=", 1) for item in job["resources"].split(", "))
        assert int(asked["mem_mb"]) >= 500, job
        assert int(asked["runtime"]) >= 5, job
        if int(asked.get("gpu", 0)):
            on_gpu.append((job["rule"], job["wildcards"].split(", ")[1]))
    assert on_gpu == [("train", "experiment=transformer")]
