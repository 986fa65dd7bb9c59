"""Jobs beside each other take different GPUs of those that are visible, and give them back."""

import os

import pytest

from emergence.training import gpu_choice


@pytest.fixture
def take(monkeypatch):
    """take(visible): what a job then sees that finds these GPUs; it keeps what it took."""
    monkeypatch.setattr(gpu_choice, "_taken", [])

    def job(visible):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        gpu_choice.take_gpu()
        return os.environ["CUDA_VISIBLE_DEVICES"]

    yield job
    for held in gpu_choice._taken:
        held.close()


def test_jobs_take_different_gpus_until_all_are_taken(take):
    names = {f"GPU-test-{os.getpid()}-{i}" for i in range(2)}
    visible = ", ".join(sorted(names))
    first = take(visible)
    assert {first, take(visible)} == names
    assert take(visible) in names  # shared, and still only one
    gpu_choice._taken.pop(0).close()  # as the kernel does when a job ends
    assert take(visible) == first


@pytest.mark.parametrize("visible", ["3", "", "7,-1,8"])
def test_what_a_scheduler_chose_stays(take, visible):
    assert take(visible) == visible
