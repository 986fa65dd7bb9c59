"""The public names: ten functions and a class, each with an example, none imported before its "
"use."""

import doctest
import importlib
import inspect
import subprocess
import sys

import pytest

import emergence
from emergence.store.meaning import meaning_of


@pytest.mark.parametrize("name", dir(emergence))
def test_a_public_name_has_an_example_that_holds(name, repository, monkeypatch):
    monkeypatch.chdir(repository)
    public = getattr(emergence, name)
    module = importlib.import_module(public.__module__)
    (test,) = doctest.DocTestFinder(recurse=False).find(public, name, globs=vars(module))
    assert test.examples
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed == 0


def test_there_are_ten_functions_and_help_names_them():
    functions = [name for name in dir(emergence) if inspect.isfunction(getattr(emergence, name))]
    assert len(functions) == 10
    assert [name for name in dir(emergence) if f"`{name}`" not in emergence.__doc__] == []


def test_a_name_that_is_not_public_is_named():
    with pytest.raises(AttributeError, match=r"no attribute train_network$"):
        emergence.train_network  # noqa: B018


def test_importing_the_package_imports_nothing_else_and_is_no_part_of_a_job(repository):
    code = "import sys, emergence; print(sorted({'numpy', 'torch', 'yaml'} & sys.modules.keys()))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(repository / "src")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said.strip() == "[]"
    assert "emergence" not in meaning_of(("emergence.training.shard",)).modules
