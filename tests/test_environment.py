"""The lock file has a version of every dependency, one that pyproject.toml allows."""

import tomllib

from packaging.requirements import Requirement


def test_every_dependency_is_locked_to_a_version_it_allows(repository):
    lines = (repository / "requirements.lock").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    locked = {pin.name.lower(): str(pin.specifier).removeprefix("==") for pin in pins}
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    extras.pop("slurm")  # has a lock file of its own
    for wanted in map(Requirement, sum(extras.values(), project["dependencies"])):
        assert wanted.specifier.contains(locked[wanted.name.lower()]), wanted
