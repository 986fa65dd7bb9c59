"""How often things are done to the pipeline: a little in `make test`, much in `make test-hard`."""

import random

import pytest


@pytest.fixture(scope="session")
def hard(pytestconfig):
    """Whether all is done, for half an hour."""
    return pytestconfig.getoption("--hard")


@pytest.fixture
def draw(pytestconfig, request):
    """Random choices of a test: the same in every run with the same --hard-seed."""
    return random.Random(f"{pytestconfig.getoption('--hard-seed')} {request.node.name}")
