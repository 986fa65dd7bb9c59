"""The manifest finds what is missing or altered and adds up what jobs took."""

import json

import numpy as np
import pytest

from emergence.store.files import write_npz
from emergence.verify.manifest import build_manifest, unexpected_contents

CONFIG = {"preset": "p", "root_seed": 1}

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
    made = build_manifest(CONFIG, outputs, [*benchmarks, tmp_path / "benchmarks/fit/gone.tsv"])
    return json.loads(json.dumps(made, allow_nan=False)), outputs


def test_cost(manifest):
    cost = manifest[0]["cost"]
    assert cost["jobs"] == 2
    assert cost["jobs_not_timed"] == 1
    assert cost["job_seconds"] == 3.5
    assert cost["job_seconds_by_rule"] == {"train": 3.0, "fit": 0.5}
    assert cost["peak_memory_mb"] == 200.5
    assert cost["peak_memory_mb_by_rule"] == {"train": 200.5}  # fit was too short to be sampled


def test_training_says_what_made_the_runs(tmp_path):
    build = {"compiler": "GCC 14.2.0", "instruction_set": "x86-64 with AVX2", "threads": "OpenMP"}
    makers = [("time", "lookup", "cpu"), ("time", "triton", "cuda"), ("time", "triton", "cuda")]
    makers += [("data", "torch", "cpu")]
    runs = [tmp_path / f"{i}.npz" for i in range(len(makers))]
    for path, (experiment, engine, device) in zip(runs, makers, strict=True):
        record = {"settings": {"experiment": experiment}, "engine": engine, "device": device}
        record["build"] = build if engine == "lookup" else None
        write_npz(path, {"step": np.arange(2)}, record)
    made = build_manifest(CONFIG, [], [], [*runs, tmp_path / "removed.npz"])
    assert made["training"] == {
        "data": [{"engine": "torch", "device": "cpu", "build": None, "jobs": 1}],
        "time": [
            {"engine": "lookup", "device": "cpu", "build": build, "jobs": 1},
            {"engine": "triton", "device": "cuda", "build": None, "jobs": 2},
        ],
    }


def test_a_manifest_of_other_outputs_or_another_configuration_is_found(manifest):
    made, outputs = manifest
    first, second = map(str, outputs)
    assert unexpected_contents(made, CONFIG, [first, second]) == []
    assert unexpected_contents(made, CONFIG | {"papers": ["one"]}, [first, second]) == []
    (problem,) = unexpected_contents(made, CONFIG, [first])
    assert problem.startswith(f"{second} is in the manifest, but")
    other = CONFIG | {"root_seed": 2, "task": {"skill_bits": 3}}
    (problem,) = unexpected_contents(made, other, [first, second])
    assert problem.endswith("which differs in root_seed, task")
