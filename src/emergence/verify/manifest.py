"""The manifest of a preset: what was made, by which code on which machine, and at what cost."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from emergence.config.load import REPOSITORY
from emergence.store.files import DamagedFile, read_json, read_npz
from emergence.store.provenance import differing_keys, digest, file_digest, versions

_PACKAGES = ("snakemake", "torch", "numpy", "scipy", "pandas", "matplotlib")
_CODE_FOLDERS = ("config", "scripts", "src", "workflow")
_CODE_FILES = ("Snakefile", "environment.yml", "pyproject.toml", "requirements.lock")


def build_manifest(
    config: Mapping[str, Any],
    outputs: Iterable[Path],
    benchmarks: Iterable[Path],
    runs: Iterable[Path] = (),
) -> dict[str, Any]:
    """Settings, versions, machine, cost and the SHA-256 of every output and source file.

    benchmarks: Snakemake's benchmark tables of the jobs behind the outputs,
    .../benchmarks/{rule}/**.tsv. Cost gives seconds of work per rule, the seconds between the first
    start and the last end (wall_seconds: meaningful where one command ran everything), the largest
    memory of a job in MB, of all and per rule, and how many jobs left no table (jobs_not_timed).
    runs: results of training jobs; training says by experiment which engine on which kind of device
    made how many of them, here or elsewhere (of those that are still there), and with which
    compiler and instruction set where it was compiled (`Engine.build`).
    Raises DamagedFile for a result of training that was altered since it was written.
    """
    return {
        "preset": config["preset"],
        "config": dict(config),
        "config_digest": _digest_of(config),
        "code": {str(path.relative_to(REPOSITORY)): file_digest(path) for path in _code_files()},
        "commit": checkout_commit(),
        "versions": versions(_PACKAGES),
        "machine": {
            "platform": platform.platform(),
            "processor": processor_name(),
            "cores": os.cpu_count(),
        },
        "training": _training(runs),
        "cost": _cost(benchmarks),
        "outputs": {str(path): file_digest(path) for path in sorted(outputs)},
    }


def shipped_manifest(manifest: Mapping[str, Any], copies: Mapping[Path, Path]) -> dict[str, Any]:
    """The manifest of copies of outputs: where they come from stays, `outputs` names the copies.

    copies: the original of each copy. Raises DamagedFile for an original whose bytes differ from
    the manifest's.
    """
    named = {str(path) for path in copies.values()} & manifest["outputs"].keys()
    problems = damaged_outputs({"outputs": {name: manifest["outputs"][name] for name in named}})
    if problems:
        raise DamagedFile("; ".join(sorted(problems)))
    outputs = {str(copy): file_digest(original) for copy, original in copies.items()}
    return {**manifest, "outputs": outputs}


def manifest_of_shipped(path: Path, files: Iterable[Path]) -> dict[str, Any]:
    """The manifest of shipped files. Raises DamagedFile unless it names them, and their bytes."""
    restore = "restore results/shipped from the repository"
    try:
        manifest = read_json(path)
    except DamagedFile as error:
        raise DamagedFile(f"{path} is damaged; {restore}") from error
    listed = {str(file): manifest["outputs"].get(str(file)) for file in files}
    problems = [f"{name} is not in {path}" for name, hashed in listed.items() if hashed is None]
    problems = problems or damaged_outputs({"outputs": listed})
    if problems:
        raise DamagedFile("; ".join(problems) + f"; {restore}")
    return manifest


def unexpected_contents(
    manifest: Mapping[str, Any], config: Mapping[str, Any], expected: Iterable[str]
) -> list[str]:
    """How a manifest differs from what this configuration makes, one line each.

    expected: the outputs that the workflow makes of `config`.
    """
    problems = []
    if manifest["config_digest"] != _digest_of(config):
        keys = ", ".join(differing_keys(manifest["config"], config)) or "(kinds of values)"
        problems.append(f"the manifest is of another configuration, which differs in {keys}")
    expected, found = set(expected), set(manifest["outputs"])
    problems += [f"{name} is not in the manifest" for name in sorted(expected - found)]
    problems += [
        f"{name} is in the manifest, but this configuration does not make it"
        for name in sorted(found - expected)
    ]
    return problems


def _digest_of(config: Mapping[str, Any]) -> str:
    """Digest of a paper's configuration: which papers are built beside it means nothing to it."""
    return digest({key: value for key, value in config.items() if key != "papers"})


def damaged_outputs(manifest: Mapping[str, Any]) -> list[str]:
    """Outputs that are missing or whose bytes differ from the manifest's, one line each."""
    problems = []
    for name, expected in manifest["outputs"].items():
        if not Path(name).is_file():
            problems.append(f"{name} is missing")
        elif file_digest(name) != expected:
            problems.append(f"{name} was altered since the manifest was written")
    return problems


def damaged_arrays(results: Path) -> list[str]:
    """Files of data and runs whose bytes are not those that were written, one line each."""
    problems = []
    for path in sorted(
        path for part in ("data", "runs") for path in results.glob(f"{part}/**/*.npz")
    ):
        try:
            read_npz(path)
        except DamagedFile as error:
            problems.append(str(error))
    return problems


def _code_files() -> list[Path]:
    files = [REPOSITORY / name for name in _CODE_FILES]
    for folder in _CODE_FOLDERS:
        files += (REPOSITORY / folder).rglob("*")
    built = ("__pycache__", ".egg-info")
    return sorted(
        path
        for path in files
        if path.is_file()
        and not any(part.endswith(built) for part in path.relative_to(REPOSITORY).parts)
    )


def _training(runs: Iterable[Path]) -> dict[str, list[dict[str, Any]]]:
    """Number of results by experiment, engine, device and what compiled the engine."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for path in filter(Path.is_file, runs):
        _, record = read_npz(path)
        maker = (record["engine"], record["device"], json.dumps(record.get("build")))
        counts[record["settings"]["experiment"], *maker] += 1
    made: dict[str, list[dict[str, Any]]] = {}
    for (experiment, engine, device, build), jobs in sorted(counts.items()):
        row = {"engine": engine, "device": device, "build": json.loads(build), "jobs": jobs}
        made.setdefault(experiment, []).append(row)
    return made


def _cost(benchmarks: Iterable[Path]) -> dict[str, Any]:
    rows, not_timed = [], 0
    for path in benchmarks:
        if not path.is_file():
            not_timed += 1
            continue
        table = pd.read_csv(path, sep="\t", na_values="-")
        ended = path.stat().st_mtime
        rule = path.parts[path.parts.index("benchmarks") + 1]
        seconds, memory = float(table["s"].sum()), float(table["max_rss"].max())
        rows.append((rule, seconds, memory, ended - seconds, ended))
    if not rows:
        return {"jobs": 0, "jobs_not_timed": not_timed}
    table = pd.DataFrame(rows, columns=["rule", "seconds", "memory", "started", "ended"])
    # Sampled by Snakemake; not recorded for jobs shorter than the interval.
    memory = table.groupby("rule")["memory"].max().dropna().round(1)
    return {
        "jobs": len(table),
        "jobs_not_timed": not_timed,
        "job_seconds": round(float(table["seconds"].sum()), 1),
        "job_seconds_by_rule": table.groupby("rule")["seconds"].sum().round(1).to_dict(),
        "wall_seconds": round(float(table["ended"].max() - table["started"].min()), 1),
        "peak_memory_mb": None if memory.empty else float(memory.max()),
        "peak_memory_mb_by_rule": memory.to_dict(),
    }


def checkout_commit() -> str | None:
    """The commit of this checkout; None where the folder is none, or part of another's."""
    top = _git("rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != REPOSITORY.resolve():
        return None
    return _git("describe", "--always", "--dirty", "--abbrev=40")


def _git(*arguments: str) -> str | None:
    try:
        found = subprocess.run(
            ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()


def processor_name() -> str:
    """Name of the processor, from the kernel where it tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
