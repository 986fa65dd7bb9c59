"""A changed byte or a lost end is found: of arrays when they are read, of all else by `verify`."""

import os
import shutil
from pathlib import Path

import pytest
from commands import commands, error_lines, run

from emergence.store.files import read_json
from emergence.store.provenance import file_digest

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
REDRAW = (*SMOKE, "config/redraw.yaml")
RESULTS = "results/smoke/nam2024"
# kind: files that are compared when they are read, by their own hash or a manifest's
KINDS = {
    "training data": [f"{RESULTS}/data/*/*/*.npz"],
    "runs": [f"{RESULTS}/runs/*/*/*.npz"],
    "what the report shows": [f"{RESULTS}/{part}/*.*" for part in ("figures", "tables", "pages")],
    "shipped tables": [
        "results/shipped/nam2024/aggregated/*.csv",
        "results/shipped/nam2024/settings/*.json",
    ],
}
MANIFEST_READERS = ("report.py", "ship.py", "take_shipped.py")  # which compare what they read


@pytest.fixture(scope="module")
def built(smoke_built, tmp_path_factory):
    """A copy with the smoke preset built and shipped."""
    folder = tmp_path_factory.mktemp("damaged") / "workflow"
    shutil.copytree(smoke_built.folder, folder, symlinks=True)
    workflow = type(smoke_built)(folder, smoke_built.build_folder)
    workflow.build(*SMOKE, "--", "ship", cores=1)
    return workflow


@pytest.fixture(scope="module")
def consumers(built):
    """Commands that read a file and compare its bytes, by its path."""
    found = {}
    for arguments in (SMOKE, (*SMOKE, "--", "ship"), REDRAW):
        for command in commands(built, *arguments):
            paths = command.inputs
            if not all((built.folder / path).exists() for path in paths):
                continue  # would stop for what a redraw has not made yet
            if command.script == "aggregate.py":  # it names the folder of its shards
                (settings,) = (path for path in paths if "/settings/" in path)
                shards = built.folder.glob(f"{RESULTS}/runs/{Path(settings).stem}/*/*.npz")
                paths = [str(path.relative_to(built.folder)) for path in shards]
            elif command.script == "report.py":  # it names the manifest of all
                paths = read_json(built.folder / f"{RESULTS}/manifest.json")["outputs"]
            elif command.script not in MANIFEST_READERS:
                paths = [path for path in paths if path.endswith(".npz")]
            for path in paths:
                found.setdefault(path, set()).add(command)
    return {name: sorted(readers, key=str) for name, readers in found.items()}


def _damage(path, draw):
    """Flip one bit of one byte, or cut the end off; returns what was done."""
    content = bytearray(path.read_bytes())
    position = draw.randrange(len(content))
    if draw.random() < 0.7:
        content[position] ^= 1 << draw.randrange(8)
        done = f"bit flipped in byte {position}"
    else:
        content = content[:position]
        done = f"cut to {position} bytes"
    status = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # as a bad disk does
    return f"{done} of {status.st_size}"


class _Kept:
    """Bytes of files, to put back."""

    def __init__(self, paths):
        self.saved = {path: (path.read_bytes(), path.stat()) for path in paths if path.exists()}

    def restore(self):
        for path, (content, status) in self.saved.items():
            path.parent.mkdir(parents=True, exist_ok=True)  # of failed jobs, Snakemake removes it
            path.write_bytes(content)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _files(built, kind, consumers):
    found = [path for pattern in KINDS[kind] for path in built.folder.glob(pattern)]
    named = sorted(str(path.relative_to(built.folder)) for path in found)
    return [path for path in named if path in consumers]


def test_the_consumer_of_a_damaged_file_stops_and_names_it(tally, built, consumers):
    what = "byte flipped or file truncated, then its consumer run"
    draw, kinds = tally.random(what), list(KINDS)
    draw.shuffle(kinds)
    for index in range(tally.count(what)):
        kind = kinds[index % len(kinds)]
        name = draw.choice(_files(built, kind, consumers))
        command = draw.choice(consumers[name])
        outputs = [built.folder / path for path in command.outputs]
        kept = _Kept([built.folder / name, *outputs])
        for path in outputs:
            path.unlink(missing_ok=True)
        try:
            done_to_it = _damage(built.folder / name, draw)
            with tally.case(what, f"{kind}: {name}, {done_to_it}; {command.script}"):
                done = run(built, command)
                assert done.returncode == 2, done.stderr
                (line,) = error_lines(done)
                assert name in line
                assert not [path for path in outputs if path.exists()]
        finally:
            kept.restore()


def test_verify_finds_a_changed_byte_in_any_file(tally, built):
    what = "byte flipped in any file of results, then verify"
    draw = tally.random(what)
    (verify,) = commands(built, *SMOKE, "--", "verify")
    parts = ["figures", "tables", "theory", "fits", "aggregated", "settings", "data", "runs"]
    files = [
        path
        for part in parts
        for path in sorted((built.folder / RESULTS / part).rglob("*.*"))
        if path.is_file()
    ]
    for _ in range(tally.count(what)):
        path = draw.choice(files)
        kept = _Kept([path])
        try:
            done_to_it = _damage(path, draw)
            with tally.case(what, f"{path.name}, {done_to_it}"):
                done = run(built, verify)
                assert done.returncode == 1
                assert f"{path.relative_to(built.folder)} " in done.stderr
                assert "was altered" in done.stderr or "is damaged" in done.stderr
        finally:
            kept.restore()


def test_snakemake_stops_at_a_damaged_file_and_draws_nothing(tally, built, consumers):
    """Here the file's time changes too, so that Snakemake itself runs what reads it."""
    what = "file damaged, then snakemake"
    draw = tally.random(what)
    kinds = ["training data", "runs"]
    figures = sorted((built.folder / RESULTS / "figures").glob("*.p*"))
    drawn = {path: file_digest(path) for path in figures}
    for index in range(tally.count(what)):
        kind = kinds[index % len(kinds)]
        name = draw.choice(_files(built, kind, consumers))
        kept = _Kept(path for path in (built.folder / "results").rglob("*") if path.is_file())
        try:
            done_to_it = _damage(built.folder / name, draw)
            os.utime(built.folder / name)
            with tally.case(what, f"{kind}: {name}, {done_to_it}"):
                done = built.snakemake("--cores", 1, *SMOKE)
                assert done.returncode == 1, done.stdout[-3000:]
                assert f"error: {name} is damaged" in done.stdout
                assert "Traceback" not in done.stdout
                for path in figures:
                    assert not path.exists() or file_digest(path) == drawn[path]
        finally:
            kept.restore()
