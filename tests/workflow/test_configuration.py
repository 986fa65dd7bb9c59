"""Snakemake refuses an invalid configuration before any job."""

import pytest


def _assert_refused(workflow, arguments, said):
    done = workflow.snakemake("--cores", 1, *arguments, timeout=60)
    assert done.returncode != 0
    assert said in done.stdout, done.stdout[-2000:]
    assert "Traceback" not in done.stdout, done.stdout[-2000:]
    assert len(done.stdout.splitlines()) < 15, done.stdout
    _assert_nothing_ran(workflow, done)


def _assert_nothing_ran(workflow, done):
    assert "Finished jobid" not in done.stdout
    assert not (workflow.folder / "results" / "default").exists()


@pytest.mark.workflow
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nam2024: {experiments: {time: {step: 3}}}", "experiments.time: unknown key 'step'"),
        (
            "nam2024: {experiments: {time: {steps: 1.5}}}",
            "time.steps: 1.5 is not allowed",
        ),
        ("preset: $(touch x)", "preset: '$(touch x)' is not allowed"),
        ("nam2024: {task: {sparse_bits: 8}}", "nam2024.task.n_skills: 5 is not allowed"),
        ("preset: a\npreset: b\n", "'preset' twice"),
    ],
    ids=[
        "unknown-key",
        "float-for-integer",
        "shell",
        "combination",
        "key-twice",
    ],
)
def test_snakemake_stops_with_one_message_before_any_job(fresh, content, said):
    (fresh.folder / "bad.yaml").write_text(content)
    _assert_refused(fresh, ["--configfile", "bad.yaml"], said)


@pytest.mark.workflow
def test_values_on_the_command_line_are_validated_too(fresh):
    _assert_refused(fresh, ["--config", "root_seed=-1"], "root_seed: -1 is not allowed")
    _assert_refused(fresh, ["--config", "rootseed=1"], "unknown key 'rootseed'")


@pytest.mark.workflow
def test_values_on_the_command_line_may_mend_a_file(fresh):
    (fresh.folder / "mine.yaml").write_text("root_seed: -1\n")
    mended = ("--config", "root_seed=1", "--configfile", "mine.yaml")
    assert fresh.planned(*mended, "--", "results/default/nam2024/settings/time.json")
    _assert_refused(fresh, ["--configfile=mine.yaml"], "root_seed: -1 is not allowed")
