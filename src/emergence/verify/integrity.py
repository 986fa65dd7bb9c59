"""Files of a results folder that no manifest names: settings, data, runs, tables between stages."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from emergence.store.files import DamagedFile, checked_digest, read_npz


def altered_files(results: Path, known: Container[str]) -> list[str]:
    """Files that are not as they were written, one line each.

    Looks at every file that has a digest and every NPZ below data and runs, but for those whose
    paths are `known`.
    """
    recorded = (
        record.parents[1] / record.name.removesuffix(".sha256")
        for record in results.rglob(".digests/*.sha256")
    )
    signed = (path for part in ("data", "runs") for path in (results / part).rglob("*.npz"))
    problems = []
    for check, paths in ((checked_digest, recorded), (read_npz, signed)):
        for path in sorted(path for path in paths if path.exists() and str(path) not in known):
            try:
                check(path)
            except DamagedFile as error:
                problems.append(str(error))
    return problems
