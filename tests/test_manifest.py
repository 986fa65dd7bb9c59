"""The manifest finds what is missing or altered and adds up what jobs took."""

import json

import pytest

from emergence.manifest import build_manifest, damaged_outputs

BENCHMARK = "s\th:m:s\tmax_rss\tmax_vms\n{seconds}\t0:00:01\t{memory}\t1.0\n"


@pytest.fixture
def manifest(tmp_path):
    outputs = [tmp_path / name for name in ("a.csv", "b.pdf")]
    for path in outputs:
        path.write_text(path.name)
    benchmarks = [tmp_path / "benchmarks" / rule / "x.tsv" for rule in ("train", "fit")]
    for path, seconds, memory in zip(benchmarks, (3.0, 0.5), ("200.5", "-"), strict=True):
        path.parent.mkdir(parents=True)
        path.write_text(BENCHMARK.format(seconds=seconds, memory=memory))
    made = build_manifest({"preset": "p", "root_seed": 1}, outputs, benchmarks)
    return json.loads(json.dumps(made, allow_nan=False)), outputs


def test_cost(manifest):
    cost = manifest[0]["cost"]
    assert cost["jobs"] == 2
    assert cost["job_seconds"] == 3.5
    assert cost["job_seconds_by_rule"] == {"train": 3.0, "fit": 0.5}
    assert cost["peak_memory_mb"] == 200.5


def test_untouched_outputs_are_fine(manifest):
    assert damaged_outputs(manifest[0]) == []


def test_altered_and_missing_outputs_are_named(manifest):
    made, (first, second) = manifest
    first.write_text("a.csw")
    second.unlink()
    assert damaged_outputs(made) == [
        f"{first} was altered since the manifest was written",
        f"{second} is missing",
    ]
