"""Malformed command lines: every script refuses them in one message, and writes nothing."""

import json

import pytest
from forked import run_script

SETTINGS = ("--settings", "settings.json")
SHARDS = ("--shards", "absent", "--runs", 2, "--runs-per-job", '{"64": 2}')
OUT = ("--output", "made.csv")
TABLES = ("--runs-output", "made.csv", "--summary-output", "made2.csv")
PRODUCT = ("--function", "emergence.theory.regimes:exponent_table", "--output", "-", "made.csv")
FIGURE = ("--function", "paper.nam2024.figures.fig09_multilinear_model:draw")
FIGURE += ("--output", "-", "made.pdf")
TRAIN = (*SETTINGS, *OUT, "--checkpoint", "c")
COST = ("--watts-per-core", 10, "--cost-output", "made.json", "--record-output", "made2.json")
# (script, arguments, words of the message); tests/cli has what is wrong with each kind of argument
COMMAND_LINES = [
    ("aggregate.py", [], "required"),
    ("aggregate.py", ["--settings", "garbage.csv", *SHARDS, *TABLES], "garbage.csv is damaged"),
    ("aggregate.py", ["--settings", "list.json", *SHARDS, *TABLES], "no settings of an experiment"),
    ("aggregate.py", [*SETTINGS, *SHARDS, *TABLES], "/64/0000-0001.npz"),
    ("benchmark.py", ["--output-dir", "made", "--threads", "0"], "at least 1"),
    ("generate.py", [*SETTINGS, "--value", 0, "--first-run", 0, "--runs", 1, *OUT], "at least 1"),
    ("manifest.py", ["--config-json", "{", "--benchmarks", "b", "--outputs", "o", *OUT], "JSON"),
    ("plan.py", ["--config-json", "[]", "--cores", 1], "must be a JSON object"),
    ("product.py", [*PRODUCT, "--input", "nonsense", "garbage.csv"], "missing a required"),
    ("product.py", ["--function", "os:draw", "--output", "-", "made.pdf"], "no function 'draw'"),
    ("product.py", [*FIGURE], "missing a required"),
    ("product.py", [*FIGURE, "--input", "strengths", "absent.csv"], "absent.csv"),
    ("report.py", ["--paper", "x", "--results", ".", "--manifest", "manifest.json", *COST,
                   "--output", "made.pdf"], "absent.csv is missing; delete"),
    ("settings.py", ["--whole", "--config", "absent.yaml", *OUT], "absent.yaml"),
    ("ship.py", ["--manifest", "absent.json", "--files", "x", "--target", "made"], "absent.json"),
    ("take.py", ["--manifest", "m", "--configured", "{"], "not valid JSON"),
    ("train.py", [*TRAIN, "--data", "d.npz", "--checkpoint-seconds", "nan"], "not a finite number"),
    ("train.py", [*TRAIN, "--data", "d.npz"], "d.npz"),
    ("train.py", [*TRAIN, "--data", "garbage.csv"], "damaged"),
    ("verify.py", ["--expected", "absent/expected.json"], "absent"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "arguments", "said"), COMMAND_LINES)
def test_a_wrong_command_line_is_refused(
    repository, small_settings, tmp_path, script, arguments, said
):
    files = {
        "settings.json": json.dumps(small_settings(resource="data")),
        "list.json": "[]",
        "manifest.json": json.dumps({"outputs": {"absent.csv": "0" * 64}}),
        "garbage.csv": "\0\1\2",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    status, words = run_script(repository / "scripts" / script, arguments, tmp_path)
    assert status == 2, words
    assert words.count("error: ") == 1, words
    assert said in words
    assert "Traceback" not in words
    assert {path.name for path in tmp_path.iterdir()} == files.keys()
