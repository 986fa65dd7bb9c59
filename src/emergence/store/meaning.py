"""What code means: a digest that changes with what code does, not with how or where it is written.

Docstrings, comments, formatting, annotations of plain functions, the order of neighbouring imports,
and names and places of files are no part of it. Everything else is, whether or not it can change a
number. Modules are parsed, never imported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from emergence.store.syntax import ROOTS, Roots, module_file, module_name, source

# Modules that change no number of any file, with what only they import.
INFRASTRUCTURE = (
    "emergence.cli.command",  # logging and exit status
    "emergence.store.meaning",  # a change here changes every digest, or none
    "emergence.training.gpu_choice",  # which of equal GPUs a job takes
    "emergence.training.pace",  # progress lines, and how often training looks for signals
    "emergence.training.scratch",  # where a checkpoint lies meanwhile
)
_DIGITS = 16  # hexadecimal digits that tell the meanings of one module apart


@dataclass(frozen=True)
class Meaning:
    """What the code of a job means.

    Attributes
    ----------
    digest
        64 hexadecimal digits over the meaning of each module and file and over who imports whom;
        names and places play no part.
    modules
        Meaning of each module by its dotted name, and of each other file by its path, 16 digits: to
        say what changed.
    """

    digest: str
    modules: dict[str, str]

    def changes_from(self, record: Mapping[str, Any]) -> str:
        """Names of what means something else than in the record of another meaning; "" for none.

        record: both attributes, as a file that the code made holds them. A module that only moved
        is not named; "imports" stands for modules that mean the same but import others.
        """
        if record.get("digest") == self.digest:
            return ""
        then: Mapping[str, str] = record.get("modules", {})
        changed = {
            name
            for before, after in ((then, self.modules), (self.modules, then))
            for name, found in after.items()
            if before.get(name) != found and found not in before.values()
        }
        return ", ".join(sorted(changed)) or "imports"


@cache
def meaning_of(
    starts: tuple[str | Path, ...], without: tuple[str, ...] = (), roots: Roots = ROOTS
) -> Meaning:
    """What modules mean with everything that they import.

    Imports are followed wherever they stand, into the modules under `roots`; other packages count
    by name. A text that is a module's full name, or the name of a file beside the module that holds
    it, counts as an import of it. The packages around a module count if they do more than define
    names. Every file is read once a process.

    Parameters
    ----------
    starts
        Names of modules ("emergence.training.shard", also "module:function"), or paths of files.
    without
        Names of modules and packages to leave out with what only they import, besides
        INFRASTRUCTURE.
    roots
        Folders that hold modules.

    Raises
    ------
    ValueError
        If a module does not exist.

    Examples
    --------
    >>> meaning_of(("emergence.randomness",)).modules.keys()
    dict_keys(['emergence.randomness'])
    """
    for name in without:
        if not any(root.joinpath(*name.split(".")).is_dir() for root in roots):
            _file(name, roots)
    left_out = tuple(f"{name}." for name in (*INFRASTRUCTURE, *without))
    files = list(dict.fromkeys(_file(start, roots) for start in starts))
    # Numbered in the order in which they are met: the digest knows no names.
    numbers = {path: number for number, path in enumerate(files)}
    total, modules = hashlib.sha256(), {}
    for path in files:  # grows
        found = source(path, roots)
        modules[module_name(path, roots)] = found.digest[:_DIGITS]
        total.update(f"\n{found.digest}".encode())
        for target in found.targets:
            if f"{module_name(target, roots)}.".startswith(left_out):
                total.update(b" -")
                continue
            if target not in numbers:
                numbers[target] = len(files)
                files.append(target)
            total.update(b" %d" % numbers[target])
    return Meaning(total.hexdigest(), modules)


def _file(start: str | Path, roots: Roots) -> Path:
    """The file that a start stands for."""
    path = start if isinstance(start, Path) else module_file(start.partition(":")[0], roots)
    if path is None or not path.is_file():
        raise ValueError(f"no module {start}")
    return path.absolute()
