"""Classes of small images: scikit-learn's digits, or MNIST's format read from the user's files."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emergence.randomness import Purpose, Stream
from emergence.tasks.base import Batch, Measurement, Outputs, Task

CLASSES = 10
# Fashion-MNIST has the names of MNIST: the folder tells them apart.
IDX_SOURCES = ("mnist", "fashion_mnist")
SOURCES = ("digits", *IDX_SOURCES)
TRAIN, TEST = 0, 1  # coordinates of the axis `set`
_IDX_FILES = tuple(
    f"{part}-{kind}-ubyte" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
)


class ImagesMissing(ValueError):
    """A data set whose files the user must bring."""


@dataclass(frozen=True)
class Images(Task):
    """Ten classes of images as t · one-hot targets; a small training set, the rest for the test.

    source: "digits" (1797 images of 8 × 8, which scikit-learn brings), "mnist" or "fashion_mnist"
    (idx files in `folder`). train_samples: n, drawn anew for each run. test_samples: the
    most that test. target_scale: t. input_scale: factor of inputs, which otherwise lie in [0, 1].
    """

    source: str
    train_samples: int
    target_scale: float
    input_scale: float = 1.0
    test_samples: int = 10_000
    folder: str = ""

    output_size = CLASSES

    @property
    def input_size(self) -> int:
        """Pixels of an image."""
        return 64 if self.source == "digits" else 784

    @property
    def measured(self) -> Mapping[str, tuple[str, ...]]:
        """Accuracy and mean square error of the training set (0) and the test set (1)."""
        return {"accuracy": ("set",), "loss": ("set",)}

    @property
    def axes(self) -> Mapping[str, Sequence[int]]:
        """Training and test set."""
        return {"set": (TRAIN, TEST)}

    @property
    def loss_scale(self) -> float:
        """Square of the target."""
        return self.target_scale**2

    def draw(self, stream: Stream, batch_sizes: Sequence[int]) -> dict[str, NDArray]:
        """Which images train: indices into the pool of training images."""
        pool = len(read_images(self.source, self.folder).train_labels)
        order = np.argsort(stream.uniform(Purpose.DATASET_SKILLS, 0, pool))
        return {"chosen": order[: self.train_samples]}

    def batch(
        self, data: Mapping[str, NDArray], stream: Stream, step: int, batch_size: int
    ) -> Batch:
        """Part of a pass over the training set, whose order is drawn anew in each pass."""
        chosen = data["chosen"]
        passes = -(-len(chosen) // batch_size)
        number, part = divmod(step, passes)
        if passes > 1:
            draws = stream.uniform(Purpose.BATCH_SKILLS, number, len(chosen))
            chosen = chosen[np.argsort(draws)][part * batch_size : (part + 1) * batch_size]
        pool = read_images(self.source, self.folder)
        return self._batch(pool.train_inputs[chosen], pool.train_labels[chosen])

    def samples(self, data: Mapping[str, NDArray], of: int) -> tuple[Batch, NDArray[np.int64]]:
        """Inputs, targets and labels of a run's training or test set."""
        pool = read_images(self.source, self.folder)
        if of == TRAIN:
            inputs, labels = pool.train_inputs[data["chosen"]], pool.train_labels[data["chosen"]]
        elif pool.test_inputs is None or pool.test_labels is None:  # what does not train
            left = np.setdiff1d(np.arange(len(pool.train_labels)), data["chosen"])
            inputs, labels = pool.train_inputs[left], pool.train_labels[left]
        else:
            inputs, labels = pool.test_inputs, pool.test_labels
        if of == TEST:
            inputs, labels = inputs[: self.test_samples], labels[: self.test_samples]
        return self._batch(inputs, labels), labels

    def measure(
        self,
        data: Mapping[str, NDArray],
        stream: Stream,
        step: int,
        n_inputs: int,
        outputs: Outputs,
    ) -> Measurement:
        """Accuracy and mean square error on the whole of both sets."""
        accuracy, loss = np.empty(2), np.empty(2)
        for of in (TRAIN, TEST):
            samples, labels = self.samples(data, of)
            found = outputs(samples.inputs)
            accuracy[of] = np.mean(found.argmax(axis=1) == labels)
            errors = np.square(found - samples.targets, dtype=np.float64)
            loss[of] = np.mean(np.sum(errors, axis=1))
        return {"accuracy": accuracy, "loss": loss}

    def _batch(self, inputs: NDArray[np.float32], labels: NDArray[np.int64]) -> Batch:
        targets = np.float32(self.target_scale) * np.eye(CLASSES, dtype=np.float32)[labels]
        return Batch(np.float32(self.input_scale) * inputs, targets)


@dataclass(frozen=True)
class Pool:
    """Images as rows of numbers in [0, 1], and their classes; no test set where none is given."""

    train_inputs: NDArray[np.float32]
    train_labels: NDArray[np.int64]
    test_inputs: NDArray[np.float32] | None = None
    test_labels: NDArray[np.int64] | None = None


@cache
def read_images(source: str, folder: str) -> Pool:
    """The images of a source. Raises ImagesMissing where files are absent: nothing is fetched."""
    if source == "digits":
        from sklearn.datasets import load_digits

        found = load_digits()
        return Pool((found.data / 16.0).astype(np.float32), found.target.astype(np.int64))
    if source not in IDX_SOURCES:
        raise ValueError(f"source must be one of {', '.join(SOURCES)}, got {source!r}")
    if absent := absent_files(folder):
        raise ImagesMissing(
            f"source {source}: folder {folder or '(none)'} lacks {', '.join(absent)}; "
            "name the folder that holds them, or use source digits"
        )
    images, labels, test_images, test_labels = (
        read_idx(_idx_file(folder, name)) for name in _IDX_FILES
    )
    return Pool(
        (images.reshape(len(images), -1) / 255.0).astype(np.float32),
        labels.astype(np.int64),
        (test_images.reshape(len(test_images), -1) / 255.0).astype(np.float32),
        test_labels.astype(np.int64),
    )


def absent_files(folder: str) -> list[str]:
    """Files of MNIST's format that a folder lacks, compressed or not; all without a folder."""
    return [name for name in _IDX_FILES if not folder or not _idx_file(folder, name).is_file()]


def _idx_file(folder: str, name: str) -> Path:
    """A file of MNIST's format, compressed or not."""
    path = Path(folder) / f"{name}.gz"
    return path if path.is_file() else path.with_suffix("")


def read_idx(path: Path) -> NDArray[np.uint8]:
    """An array of bytes in the idx format: magic 0 0 8 n, n sizes in big-endian words, then data.

    Raises ValueError for anything else.
    """
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    if content[:3] != b"\0\0\x08":
        raise ValueError(f"{path} is no idx file of bytes")
    start = 4 + 4 * content[3]
    sizes = np.frombuffer(content[4:start], ">i4")
    data = np.frombuffer(content[start:], np.uint8)
    if data.size != np.prod(sizes, dtype=np.int64):
        raise ValueError(f"{path} holds {data.size} bytes, its header says {sizes.tolist()}")
    return data.reshape(sizes)
