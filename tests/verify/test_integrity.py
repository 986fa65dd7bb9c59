"""What no manifest names is looked at all the same."""

import numpy as np
import pytest

from emergence.store.files import write_json, write_npz, write_text
from emergence.verify.integrity import altered_files

FILES = ("settings/time.json", "fits/time_rise_curves.csv", "data/a/1/0.npz", "runs/a/1/0.npz")


@pytest.fixture
def results(tmp_path):
    for name in FILES:
        path = tmp_path / "p" / name
        if path.suffix == ".npz":
            write_npz(path, {"x": np.arange(5)}, {})
        elif path.suffix == ".json":
            write_json(path, {"x": 1})
        else:
            write_text(path, "x\n1\n")
    return tmp_path / "p"


def test_files_as_they_were_written_are_no_problem(results):
    assert altered_files(results, ()) == []
    (results / FILES[0]).unlink()
    assert altered_files(results, ()) == []  # whether it must be there, the workflow knows


@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_named(results, name):
    content = bytearray((results / name).read_bytes())
    content[len(content) // 2] ^= 1
    (results / name).write_bytes(content)
    (problem,) = altered_files(results, ())
    assert problem.startswith(f"{results / name} is damaged")
    assert altered_files(results, {str(results / name)}) == []
