"""The manifest of a preset: what was made, by which code on which machine, and at what cost."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from emergence.config import REPOSITORY
from emergence.provenance import PACKAGE, digest, file_digest, versions

_PACKAGES = ("snakemake", "torch", "numpy", "scipy", "pandas", "matplotlib")


def build_manifest(
    config: Mapping[str, Any], outputs: Iterable[Path], benchmarks: Iterable[Path]
) -> dict[str, Any]:
    """Settings, versions, machine, cost and the SHA-256 of every output.

    benchmarks: Snakemake's benchmark tables, .../benchmarks/{rule}/**.tsv. Cost gives seconds of
    work per rule, the seconds between the first start and the last end (wall_seconds: meaningful
    where one command ran everything), and the largest memory of a job in MB.
    """
    return {
        "preset": config["preset"],
        "config": dict(config),
        "config_digest": digest(config),
        "code": {
            str(path.relative_to(PACKAGE)): file_digest(path)
            for path in sorted(PACKAGE.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        },
        "commit": _commit(),
        "versions": versions(_PACKAGES),
        "machine": {
            "platform": platform.platform(),
            "processor": _processor(),
            "cores": os.cpu_count(),
        },
        "cost": _cost(benchmarks),
        "outputs": {str(path): file_digest(path) for path in sorted(outputs)},
    }


def damaged_outputs(manifest: Mapping[str, Any]) -> list[str]:
    """Outputs that are missing or whose bytes differ from the manifest's, one line each."""
    problems = []
    for name, expected in manifest["outputs"].items():
        if not Path(name).is_file():
            problems.append(f"{name} is missing")
        elif file_digest(name) != expected:
            problems.append(f"{name} was altered since the manifest was written")
    return problems


def _cost(benchmarks: Iterable[Path]) -> dict[str, Any]:
    rows = []
    for path in benchmarks:
        table = pd.read_csv(path, sep="\t", na_values="-")
        ended = path.stat().st_mtime
        rule = path.parts[path.parts.index("benchmarks") + 1]
        seconds, memory = float(table["s"].sum()), float(table["max_rss"].max())
        rows.append((rule, seconds, memory, ended - seconds, ended))
    if not rows:
        return {}
    table = pd.DataFrame(rows, columns=["rule", "seconds", "memory", "started", "ended"])
    memory = table["memory"].max()  # not recorded for jobs shorter than the sampling interval
    return {
        "jobs": len(table),
        "job_seconds": round(float(table["seconds"].sum()), 1),
        "job_seconds_by_rule": table.groupby("rule")["seconds"].sum().round(1).to_dict(),
        "wall_seconds": round(float(table["ended"].max() - table["started"].min()), 1),
        "peak_memory_mb": None if pd.isna(memory) else round(float(memory), 1),
    }


def _commit() -> str | None:
    try:
        found = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None  # not a git checkout
    return found.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
