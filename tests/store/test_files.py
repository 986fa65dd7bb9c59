"""Files appear whole or not at all; damage is reported, never read."""

import os
import stat
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergence.store.files import (
    DamagedFile,
    atomic_path,
    discard,
    read_csv,
    read_json,
    read_npz,
    write_csv,
    write_json,
    write_npz,
    write_text,
)

ARRAYS = {"strength": np.linspace(0, 1, 6).reshape(2, 3), "step": np.arange(3), "flag": np.array(1)}


def _listing(folder):
    return sorted(path.name for path in folder.iterdir())


def test_success_leaves_only_the_target_with_the_permissions_of_the_umask(tmp_path):
    target = tmp_path / "deep" / "er" / "table.csv"
    previous = os.umask(0o027)
    try:
        with atomic_path(target) as temporary:
            assert temporary.parent == target.parent  # a rename within one folder is atomic
            assert temporary.suffix == ".csv"
            temporary.write_text("1")
            assert not target.exists()
    finally:
        os.umask(previous)
    assert _listing(target.parent) == ["table.csv"]
    assert target.read_text() == "1"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.mark.parametrize("exception", [RuntimeError, KeyboardInterrupt])
def test_failure_leaves_what_was_there(tmp_path, exception):
    def fail():
        with atomic_path(tmp_path / "x.txt") as temporary:
            temporary.write_text("half")
            raise exception

    write_text(tmp_path / "x.txt", "old")
    with pytest.raises(exception):
        fail()
    assert _listing(tmp_path) == ["x.txt"]
    assert (tmp_path / "x.txt").read_text() == "old"


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    """An array of objects, too: reading it could run code."""
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", {"x": float("nan")})
    with pytest.raises(ValueError, match="JSON"):
        write_npz(tmp_path / "a.npz", ARRAYS, {"x": float("inf")})
    with pytest.raises(ValueError, match=r"[Oo]bject arrays"):
        write_npz(tmp_path / "a.npz", {"x": np.array([{"a": 1}], dtype=object)}, {})
    assert _listing(tmp_path) == []


def test_what_a_killed_writer_left_goes_with_the_next_write(tmp_path):
    """But not what a writer of another file is at."""
    names = ("x.csv", "x-1.csv", "x.json", "y.csv")
    killed = {name: atomic_path(tmp_path / name) for name in names}
    temporary = {name: writer.__enter__() for name, writer in killed.items()}
    write_text(tmp_path / "x.csv", "x\n")
    assert [name for name in names if not temporary[name].exists()] == ["x.csv"]
    write_text(tmp_path / "y.csv", "y\n")
    discard(tmp_path / "y.csv")
    discard(tmp_path / "x.json")
    discard(tmp_path / "absent.json")
    assert [name for name in names if temporary[name].exists()] == ["x-1.csv"]
    assert _listing(tmp_path)[1:] == ["x.csv"]


def test_of_two_writers_at_once_one_fails_and_the_other_is_whole(tmp_path):
    def first():
        with atomic_path(tmp_path / "x.txt") as temporary:
            temporary.write_text("first")
            write_text(tmp_path / "x.txt", "second")

    with pytest.raises(FileNotFoundError):
        first()
    assert (tmp_path / "x.txt").read_text() == "second"


def test_json_is_read_as_written_whatever_the_order_of_keys(tmp_path):
    value = {"x": [1, 2.5, None, True], "y": {"b": "α\n", "a": 1e-300}}
    write_json(tmp_path / "a.json", value)
    write_json(tmp_path / "b.json", {"y": {"a": 1e-300, "b": "α\n"}, "x": value["x"]})
    assert read_json(tmp_path / "a.json") == value
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize("content", [b"", b'{"a": ', b"\xff\xfe\x00"])
def test_damaged_json_is_named(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"x\.json is damaged .*delete it"):
        read_json(tmp_path / "x.json")


def test_npz_is_read_as_written_and_its_bytes_depend_on_the_content_alone(tmp_path, monkeypatch):
    record = {"settings": {"n_skills": 5}, "x": [1.5, None]}
    write_npz(tmp_path / "a.npz", ARRAYS, record)
    arrays, found = read_npz(tmp_path / "a.npz")
    assert found == record
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype
    later = time.time() + 400 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    write_npz(
        tmp_path / "b.npz", {k: v.copy() for k, v in ARRAYS.items()}, dict(reversed(record.items()))
    )
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    """Bytes of a file of arrays."""
    path = tmp_path_factory.mktemp("whole") / "a.npz"
    write_npz(path, ARRAYS, {"x": 1})
    return path.read_bytes()


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_an_npz_of_which_a_byte_changed_or_the_end_is_lost_is_damaged(tmp_path, content, data):
    changed = bytearray(content)
    position = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        changed[position] ^= data.draw(st.integers(1, 255))
    else:
        del changed[position:]
    (tmp_path / "a.npz").write_bytes(changed)
    with pytest.raises(DamagedFile, match=r"a\.npz is damaged .*delete it"):
        read_npz(tmp_path / "a.npz")


def test_foreign_files_are_damaged_and_absent_ones_absent(tmp_path):
    np.savez(tmp_path / "norecord.npz", x=np.arange(3))
    np.savez(tmp_path / "objects.npz", record=np.array("{}"), x=np.array([{}], dtype=object))
    (tmp_path / "text.npz").write_text("step,strength\n1,2\n")
    for name in ("norecord", "objects", "text"):
        with pytest.raises(DamagedFile, match=name):
            read_npz(tmp_path / f"{name}.npz")
    for read in (read_npz, read_json, read_csv):
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "absent")


def test_csv_has_nine_digits_no_index_and_unix_lines(tmp_path):
    table = pd.DataFrame({"name": ["a", "b"], "x": [1 / 3, 1e-7], "n": [1, 2]})
    write_csv(tmp_path / "t.csv", table)
    assert (tmp_path / "t.csv").read_bytes() == b"name,x,n\na,0.333333333,1\nb,1e-07,2\n"
    assert list(read_csv(tmp_path / "t.csv", columns=["x"])) == ["name", "x", "n"]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2,3,4\n5\n", b"x\n\xff\n", b"y,z\n1,2\n"])
def test_what_is_no_table_or_lacks_a_column_is_damaged(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"t\.csv is damaged"):
        read_csv(tmp_path / "t.csv", columns=["x"])
