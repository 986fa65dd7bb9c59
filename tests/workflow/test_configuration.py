"""Snakemake refuses an invalid configuration in one message, before any job."""

import pytest

pytestmark = pytest.mark.workflow
WRONG = """
preset: $(touch x)
nam2024:
  experiments: {time: {step: 3, steps: 1.5}}
"""


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (
            WRONG,
            [],
            ["unknown key 'step'", "steps: 1.5 is not allowed", "'$(touch x)' is not allowed"],
        ),
        ("preset: a\npreset: b\n", [], ["'preset' twice"]),
        # the command line mends a value of a file, and is checked itself
        ("root_seed: -1\n", ["root_seed=1", "rootseed=1"], ["unknown key 'rootseed'"]),
    ],
    ids=["wrong-values", "key-twice", "command-line"],
)
def test_a_wrong_configuration_stops_before_any_job(fresh, content, options, said):
    (fresh.folder / "bad.yaml").write_text(content)
    config = ("--config", *options) if options else ()
    done = fresh.snakemake("--cores", 1, *config, "--configfile", "bad.yaml", timeout=60)
    assert done.returncode != 0
    for words in said:
        assert words in done.stdout, done.stdout[-2000:]
    assert "root_seed: -1" not in done.stdout
    for unwanted in ("Traceback", "Finished jobid", "\x1b"):
        assert unwanted not in done.stdout, done.stdout[-2000:]
    assert len(done.stdout.splitlines()) < 15, done.stdout
    assert {path.name for path in (fresh.folder / "results").iterdir()} == {"shipped"}
