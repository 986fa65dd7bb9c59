"""Digests of settings and files, and the versions that a record names."""

import json
import sys

from hypothesis import given
from hypothesis import strategies as st

from emergence.store.provenance import differing_keys, digest, versions

values = st.dictionaries(st.text(max_size=4), st.integers() | st.floats(-1, 1) | st.none())


@given(values, values)
def test_digest_is_equal_for_equal_settings_alone(a, b):
    assert (digest(a) == digest(b)) == (
        json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)
    )
    assert digest(dict(reversed(a.items()))) == digest(a)


@given(values, values)
def test_keys_differ_exactly_where_values_do(a, b):
    expected = {key for key in a.keys() | b.keys() if a.get(key, ...) != b.get(key, ...)}
    assert set(differing_keys({"x": a}, {"x": b})) == {f"x.{key}" for key in expected}


def test_versions_name_python_and_packages():
    import numpy

    table = versions(["numpy", "surely-not-installed"])
    assert table["python"] == ".".join(map(str, sys.version_info[:3]))
    assert table["numpy"] == numpy.__version__
    assert table["surely-not-installed"] == "absent"
