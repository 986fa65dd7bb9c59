"""Images and linear regression as tasks; many runs in one batch of matrices."""

import gzip

import numpy as np
import pytest

from emergence.models.deep import Deep
from emergence.models.network import initial_parameters
from emergence.models.scaled import ScaledDeep
from emergence.randomness import Stream, stream_key
from emergence.tasks import images
from emergence.tasks.experiments import draw_runs
from emergence.tasks.linear_regression import LinearRegression
from emergence.training.engines.plain import PlainEngine
from emergence.training.engines.stacked import StackedEngine
from emergence.training.ensemble import Ensemble, Optimizer

STREAMS = tuple(Stream(stream_key(1, "test"), run) for run in range(2))


def ensemble(task, network, batch_size, optimizer):
    return Ensemble(
        task=task,
        streams=STREAMS,
        data=draw_runs(task, STREAMS, []),
        initial=initial_parameters(network, STREAMS),
        batch_size=batch_size,
        measurement_inputs=200,
        optimizer=optimizer,
    )


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_stacked_runs_are_runs_of_the_ordinary_engine(name):
    task = LinearRegression((1.0, 0.25), (2.0, 1.0))
    made = ensemble(task, ScaledDeep(2, (5,), 0.5, "tanh", 2, 0.3), 16, Optimizer(name, 1e-3))
    stacked, plain = StackedEngine(made), PlainEngine(made)
    losses = stacked.advance(0, 20, 0.01)
    expected = plain.advance(0, 20, 0.01, np.ones(2, dtype=bool))
    np.testing.assert_allclose(losses, expected, rtol=1e-4)
    state = plain.state()
    for parameter, tensor in stacked.tensors.items():
        np.testing.assert_allclose(
            tensor.detach(), state[f"parameters/{parameter}"], rtol=1e-3, atol=1e-5
        )
    for quantity, values in stacked.measure(20).items():
        np.testing.assert_allclose(values, plain.measure(20)[quantity], rtol=1e-3, atol=1e-5)


def test_a_linear_network_learns_regression():
    task = LinearRegression((1.0,), (2.0,))
    made = ensemble(task, Deep(1, (), 0.1, "linear"), 64, Optimizer("sgd"))
    engine = PlainEngine(made)
    engine.advance(0, 100, 0.05, np.ones(2, dtype=bool))
    measured = engine.measure(100)
    assert measured["strength"] == pytest.approx(1, abs=0.01)
    assert measured["loss"].max() < 1e-3
    with pytest.raises(ValueError, match="one entry for each of 1"):
        LinearRegression((1.0,), (1.0, 2.0))


def write_idx(folder, name, array, pack=False):
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
    content = header + array.astype(np.uint8).tobytes()
    path = folder / (f"{name}.gz" if pack else name)
    path.write_bytes(gzip.compress(content) if pack else content)


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for part, count, pack in (("train", 30, True), ("t10k", 10, False)):
        pixels = rng.integers(0, 256, (count, 28, 28))
        write_idx(tmp_path, f"{part}-images-idx3-ubyte", pixels, pack)
        write_idx(tmp_path, f"{part}-labels-idx1-ubyte", np.arange(count) % 10, pack)
    return tmp_path


def test_images_of_a_folder(folder):
    task = images.Images("mnist", 20, 3.0, 0.5, folder=str(folder))
    data = task.draw(STREAMS[0], [])
    assert len(set(data["chosen"])) == 20
    seen = [task.batch(data, STREAMS[0], step, 8) for step in range(3)]
    assert [len(batch.inputs) for batch in seen] == [8, 8, 4]
    whole, labels = task.samples(data, images.TRAIN)
    together = np.concatenate([batch.inputs for batch in seen])
    assert sorted(map(bytes, together)) == sorted(map(bytes, whole.inputs))
    assert whole.inputs.max() <= 0.5
    assert (whole.targets.argmax(1) == labels).all()
    assert whole.targets.max() == 3.0
    perfect = {bytes(x): y for x, y in zip(whole.inputs, whole.targets, strict=True)}
    zero = np.zeros(10, dtype=np.float32)
    measured = task.measure(
        data, STREAMS[0], 0, 0, lambda x: np.stack([perfect.get(bytes(row), zero) for row in x])
    )
    assert measured["accuracy"] == pytest.approx([1.0, 0.1])
    assert measured["loss"] == pytest.approx([0.0, 9.0])


@pytest.mark.parametrize("source", images.IDX_SOURCES)
def test_absent_files_are_refused_in_one_line(source, tmp_path):
    with pytest.raises(images.ImagesMissing, match=f"source {source}: folder .* lacks") as found:
        images.read_images(source, str(tmp_path))
    assert "\n" not in str(found.value)


def test_what_is_no_idx_file_is_refused(tmp_path):
    path = tmp_path / "images"
    path.write_bytes(b"\0\0\x0d\1\0\0\0\1\0")
    with pytest.raises(ValueError, match="no idx file"):
        images.read_idx(path)
    path.write_bytes(b"\0\0\x08\1\0\0\0\2\0")
    with pytest.raises(ValueError, match="its header says"):
        images.read_idx(path)


def test_digits_train_and_the_rest_tests():
    pytest.importorskip("sklearn")
    task = images.Images("digits", 50, 1.0)
    data = task.draw(STREAMS[1], [])
    assert len(task.samples(data, images.TEST)[1]) == 1797 - 50
