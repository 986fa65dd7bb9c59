"""Files appear whole or not at all; damage is reported, never read."""

import json
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
    copy_file,
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


def test_success_leaves_only_the_target(tmp_path):
    target = tmp_path / "deep" / "er" / "table.csv"
    with atomic_path(target) as temporary:
        assert temporary.parent == target.parent  # a rename within one folder is atomic
        assert temporary.suffix == ".csv"
        temporary.write_text("1")
        assert not target.exists()
    assert _listing(target.parent) == ["table.csv"]
    assert target.read_text() == "1"


@pytest.mark.parametrize("exception", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_failure_leaves_neither_target_nor_partial(tmp_path, exception):
    def fail():
        with atomic_path(tmp_path / "x.txt") as temporary:
            temporary.write_text("half")
            raise exception

    with pytest.raises(exception):
        fail()
    assert _listing(tmp_path) == []


def test_failure_keeps_the_previous_file(tmp_path):
    target = tmp_path / "x.json"
    write_json(target, {"old": 1})
    with pytest.raises(ValueError, match="JSON"):
        write_json(target, {"new": float("nan")})
    assert read_json(target) == {"old": 1}
    assert _listing(tmp_path) == ["x.json"]


def test_a_failing_npz_leaves_nothing(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        write_npz(tmp_path / "a.npz", ARRAYS, {"x": float("inf")})
    with pytest.raises(TypeError):
        write_npz(tmp_path / "a.npz", ARRAYS, {"x": object()})
    assert _listing(tmp_path) == []


def test_no_object_array_is_pickled(tmp_path):
    """An array of objects must neither be written nor read: reading it could run code."""
    objects = np.array([{"a": 1}], dtype=object)
    with pytest.raises(ValueError, match=r"[Oo]bject arrays"):
        write_npz(tmp_path / "a.npz", {"x": objects}, {})
    assert _listing(tmp_path) == []
    np.savez(tmp_path / "b.npz", record=np.array("{}"), x=objects)
    with pytest.raises(DamagedFile, match=r"b\.npz"):
        read_npz(tmp_path / "b.npz")


def test_files_get_the_permissions_of_the_umask(tmp_path):
    previous = os.umask(0o027)
    try:
        write_text(tmp_path / "x.txt", "x")
    finally:
        os.umask(previous)
    assert stat.S_IMODE((tmp_path / "x.txt").stat().st_mode) == 0o640


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values)
def test_json_round_trip(tmp_path, value):
    write_json(tmp_path / "x.json", value)
    assert read_json(tmp_path / "x.json") == value


def test_json_does_not_depend_on_the_order_of_keys(tmp_path):
    write_json(tmp_path / "a.json", {"x": 1, "y": {"b": 1, "a": 2}})
    write_json(tmp_path / "b.json", {"y": {"a": 2, "b": 1}, "x": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize("content", [b"", b"{", b'{"a": ', b"\xff\xfe\x00", b"\x00" * 20])
def test_damaged_json_is_named(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"x\.json is damaged .*delete it"):
        read_json(tmp_path / "x.json")


def test_npz_round_trip(tmp_path):
    write_npz(tmp_path / "a.npz", ARRAYS, {"settings": {"n_skills": 5}, "x": [1.5, None]})
    arrays, record = read_npz(tmp_path / "a.npz")
    assert record == {"settings": {"n_skills": 5}, "x": [1.5, None]}
    assert arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype


def test_npz_bytes_depend_on_the_content_alone(tmp_path, monkeypatch):
    write_npz(tmp_path / "a.npz", ARRAYS, {"x": 1, "y": 2})
    later = time.time() + 400 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(later))
    write_npz(tmp_path / "b.npz", {k: v.copy() for k, v in ARRAYS.items()}, {"y": 2, "x": 1})
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("keep", [0.0, 0.01, 0.3, 0.7, 0.99])
def test_a_truncated_npz_is_damaged(tmp_path, keep):
    path = tmp_path / "a.npz"
    write_npz(path, ARRAYS, {"x": 1})
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content))])
    with pytest.raises(DamagedFile, match=r"a\.npz is damaged .*delete it"):
        read_npz(path)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_changed_byte_of_an_npz_is_reported(tmp_path, data):
    path = tmp_path / "a.npz"
    write_npz(path, ARRAYS, {"x": 1})
    content = bytearray(path.read_bytes())
    position = data.draw(st.integers(0, len(content) - 1))
    content[position] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with pytest.raises(DamagedFile, match=r"a\.npz is damaged .*delete it"):
        read_npz(path)


def test_foreign_files_are_damaged(tmp_path):
    np.save(tmp_path / "plain.npy", np.arange(3))
    (tmp_path / "plain.npy").rename(tmp_path / "plain.npz")
    np.savez(tmp_path / "norecord.npz", x=np.arange(3))
    np.savez(tmp_path / "badrecord.npz", record=np.array("{not json"))
    np.savez(tmp_path / "number.npz", record=np.arange(3))
    (tmp_path / "text.npz").write_text("step,strength\n1,2\n")
    for name in ("plain", "norecord", "badrecord", "number", "text"):
        with pytest.raises(DamagedFile, match=name):
            read_npz(tmp_path / f"{name}.npz")


def test_an_absent_file_is_not_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_npz(tmp_path / "absent.npz")
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "absent.json")


def test_csv_has_nine_digits_no_index_and_unix_lines(tmp_path):
    table = pd.DataFrame({"name": ["a", "b"], "x": [1 / 3, 1e-7], "n": [1, 2]})
    write_csv(tmp_path / "t.csv", table)
    assert (tmp_path / "t.csv").read_bytes() == b"name,x,n\na,0.333333333,1\nb,1e-07,2\n"


def test_text_is_utf8(tmp_path):
    write_text(tmp_path / "t.txt", "α\n")
    assert (tmp_path / "t.txt").read_bytes() == "α\n".encode()
    assert json.loads(json.dumps("α")) == "α"


def test_a_copy_has_the_same_bytes(tmp_path):
    write_text(tmp_path / "t.txt", "x\n")
    copy_file(tmp_path / "t.txt", tmp_path / "a" / "t.txt")
    assert (tmp_path / "a" / "t.txt").read_bytes() == b"x\n"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a,b\n1,2,3,4\n5\n", b"x\n\xff\n"])
def test_what_is_no_table_is_damaged(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"t\.csv is damaged"):
        read_csv(tmp_path / "t.csv", columns=["x"])


def test_a_table_without_a_column_is_damaged(tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n1,2\n")
    assert list(read_csv(tmp_path / "t.csv", columns=["y"])) == ["x", "y"]
    with pytest.raises(DamagedFile, match=r"lacks the columns skill, z\)"):
        read_csv(tmp_path / "t.csv", columns=["x", "skill", "z"])


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


def test_of_two_writers_at_once_one_fails_and_the_other_is_whole(tmp_path):
    def first():
        with atomic_path(tmp_path / "x.txt") as temporary:
            temporary.write_text("first")
            write_text(tmp_path / "x.txt", "second")

    with pytest.raises(FileNotFoundError):
        first()
    assert (tmp_path / "x.txt").read_text() == "second"
