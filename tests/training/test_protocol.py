"""The protocol with an engine whose every number is known."""

from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergence.tasks.sparse_parity.problem import SparseParity
from emergence.training.protocol import (
    Progress,
    TrainingDiverged,
    learning_rate_at,
    measurement_steps,
    train,
)

TASK = SparseParity(2, 8, 2, 0.6, 1.0)
RATES = (0.5, 0.11, 0.045, 0.02)  # how fast the loss of each scripted run decays


class ScriptedEngine:
    """Loss exp(-rate·steps) and a value that depends on every step and learning rate so far."""

    def __init__(self, rates=RATES, fails_at=None):
        self.rates = np.array(rates)
        self.done = np.zeros(len(rates), dtype=np.int64)
        self.value = np.zeros(len(rates))
        self.calls, self.learning_rates, self.measured = [], [], []
        self.fails_at = fails_at or {}

    def advance(self, first_step, last_step, learning_rate, active):
        assert first_step < last_step
        assert active.any()
        assert (self.done[active] == first_step).all()  # no step left out, none done twice
        self.calls.append((first_step, last_step))
        for step in range(first_step, last_step):
            self.learning_rates.append(learning_rate)
            self.value[active] = 0.9 * self.value[active] + learning_rate * np.sin(step)
            self.done[active] += 1
        loss = np.where(active, np.exp(-self.rates * (last_step - 1)), np.nan)
        for run, (step, bad) in self.fails_at.items():
            if active[run] and step < last_step:
                loss[run] = bad
        return loss

    def measure(self, step):
        self.measured.append((step, self.done.copy()))
        strength = 1.0 - np.exp(-self.rates * self.done)[:, None] * [1.0, 0.5]
        return {"strength": strength, "loss": self.value[:, None] * [1.0, 2.0]}

    def state(self):
        return {"done": self.done.copy(), "value": self.value.copy()}

    def load_state(self, state):
        self.done, self.value = state["done"].copy(), state["value"].copy()


def _settings(**changes):
    return {
        "steps": 100,
        "measure_every": 20,
        "learning_rate": 0.5,
        "schedule": None,
        "early_stop": None,
    } | changes


def _start(settings, n_runs=4, task=TASK):
    count = len(measurement_steps(settings["steps"], settings["measure_every"]))
    return Progress.start(task, count, n_runs)


def _train(settings, engine=None, slices=lambda: 10**9, n_batches=1, task=TASK):
    engine = engine or ScriptedEngine()
    progress = _start(settings, len(engine.rates), task)
    measured_at = train(engine, task, settings, progress, slices, lambda _: None, n_batches)
    return engine, progress, measured_at


EARLY_STOP = {"check_every": 10, "relative_loss": 0.01, "remaining_change": 0.005}

schedules = st.builds(dict, factor=st.just(0.3), every=st.integers(1, 70))
early_stops = st.builds(
    dict,
    check_every=st.integers(1, 40),
    relative_loss=st.sampled_from([0.1, 0.01]),
    remaining_change=st.sampled_from([0.1, 0.005]),
)
protocols = st.builds(
    dict,
    steps=st.integers(1, 150),
    measure_every=st.none() | st.integers(1, 60) | st.just([0, 1]),
    schedule=st.none() | schedules,
    early_stop=st.none() | early_stops,
)


@pytest.mark.parametrize(
    ("steps", "every", "expected"),
    [
        (100, None, [100]),
        (100, 50, [0, 50, 100]),
        (100, 30, [0, 30, 60, 90]),
        (100, [3, 30], [3, 30, 100]),
        (100, [], [100]),
    ],
)
def test_measurement_steps(steps, every, expected):
    assert measurement_steps(steps, every).tolist() == expected


@pytest.mark.parametrize("every", [[-1], [5, 5], [101]])
def test_steps_that_do_not_increase_or_come_too_late_are_refused(every):
    with pytest.raises(ValueError, match=r"measure_every must increase from 0 .* 100 steps"):
        measurement_steps(100, every)


@given(st.integers(0, 10**6), st.integers(1, 10**5))
def test_learning_rate_takes_its_factor_once_in_every_period(step, period):
    settings = _settings(schedule={"factor": 0.5, "every": period})
    now, later = learning_rate_at(settings, step), learning_rate_at(settings, step + period)
    assert learning_rate_at(settings, period - 1) == 0.5
    assert later == pytest.approx(now / 2, rel=1e-15, abs=1e-300)


@given(protocols, st.integers(1, 200))
def test_every_step_is_done_once_at_its_rate_and_measurements_at_theirs(protocol, slice_steps):
    settings = _settings(**protocol | {"early_stop": None})
    engine, progress, measured_at = _train(settings, slices=lambda: slice_steps)
    assert (engine.done == progress.step).all()
    assert progress.step == settings["steps"]
    rates = [learning_rate_at(settings, step) for step in range(settings["steps"])]
    assert engine.learning_rates == rates
    expected = measurement_steps(settings["steps"], settings["measure_every"])
    np.testing.assert_array_equal(measured_at, expected)
    assert [(step, done.tolist()) for step, done in engine.measured] == [
        (step, [step] * len(RATES)) for step in expected
    ]
    for index, step in enumerate(expected):
        strength = 1.0 - np.exp(-np.array(RATES) * step)[:, None] * [1.0, 0.5]
        np.testing.assert_array_equal(progress.measured["strength"][index], strength)
        # the loss of the last batch before the measurement; there is none before step 0
        loss = np.exp(-np.array(RATES) * (step - 1)) if step else np.full(len(RATES), np.nan)
        np.testing.assert_array_equal(progress.training_loss[index], loss)


class Stop(Exception):
    """Raised to interrupt a training."""


@given(
    protocols,
    st.lists(st.integers(-3, 40), min_size=1, max_size=20),
    st.sets(st.integers(1, 60), max_size=6),
    st.integers(1, 9),
)
def test_slices_and_interruptions_change_nothing(protocol, lengths, stops, n_batches):
    """Each interruption at a slice's end goes on from copies of what a checkpoint holds."""
    settings = _settings(**protocol)
    whole_engine, whole, _ = _train(settings, n_batches=n_batches)
    engine, progress, ends = ScriptedEngine(), _start(settings), []

    def slice_steps():
        return lengths[len(ends) % len(lengths)]

    def after_slice(progress):
        ends.append(progress.step)
        if len(ends) in stops:
            raise Stop

    done = False
    while not done:
        try:
            train(engine, TASK, settings, progress, slice_steps, after_slice, n_batches)
            done = True
        except Stop:
            state, engine = engine.state(), ScriptedEngine()
            engine.load_state(state)
            arrays = {name: array.copy() for name, array in progress.arrays().items()}
            progress = Progress.from_arrays(arrays)
    for name, array in whole.arrays().items():
        np.testing.assert_array_equal(array, progress.arrays()[name], err_msg=name)
    np.testing.assert_array_equal(engine.value, whole_engine.value)
    if not settings["early_stop"]:  # after which nothing is trained, however long it is
        assert np.diff([*ends, progress.step]).max() <= max(*lengths, 1)


def _steps_until_stop(rate, stop, steps):
    """By the definition of early stopping, check by check; loss and changes always fall."""
    every = stop["check_every"]
    for step in range(4 * every, steps + 1, every):
        largest = np.exp(-rate * (step - 3 * every)) - np.exp(-rate * (step - 2 * every))
        checks_left = len(range(step, steps, every))
        if (
            np.exp(-rate * (step - 2 * every - 1)) < stop["relative_loss"]
            and largest * checks_left < stop["remaining_change"]
        ):
            return step
    return -1


class ModesEngine(ScriptedEngine):
    """Each run's loss and R are sums over modes, amplitude · exp(-rate · step), given as arrays."""

    def __init__(self, modes):
        super().__init__(np.zeros(len(modes)))
        self.modes = [np.array(m, dtype=float) for m in modes]  # rate, share of R, share of loss

    def advance(self, first_step, last_step, learning_rate, active):
        super().advance(first_step, last_step, learning_rate, active)
        loss = [(m[:, 2] * np.exp(-2 * m[:, 0] * (last_step - 1))).sum() for m in self.modes]
        return np.where(active, loss, np.nan)

    def measure(self, step):
        zeros = 0.0 * super().measure(step)["loss"]
        return {"strength": self.strength(self.done), "loss": zeros}

    def strength(self, steps):
        left = [
            (m[:, 1] * np.exp(-m[:, 0] * t)).sum() for m, t in zip(self.modes, steps, strict=True)
        ]
        return np.stack([1.0 - np.array(left), np.zeros(len(left))], axis=1)


def _stops(modes, stop, steps):
    """Step at which a run stops, and what R moves after it."""
    engine = ModesEngine([modes])
    settings = _settings(early_stop=stop, steps=steps, measure_every=None)
    _, progress, _ = _train(settings, engine)
    at = int(progress.stopped_at[0])
    moved = np.abs(engine.strength([steps]) - engine.strength([at if at > 0 else steps])).max()
    return at, moved


MODES_STOP = {"check_every": 10, "relative_loss": 0.01, "remaining_change": 0.01}


def test_a_turning_point_does_not_end_a_run_that_still_moves():
    """R overshoots: between steps 90 and 100 it turns round, and stands still."""
    at, moved = _stops(((0.04, 1.0, 1.0), (0.01, -0.2314, 1e-6)), MODES_STOP, 1000)
    assert 0 < at < 1000
    assert moved < MODES_STOP["remaining_change"]


modes_of_one_sign = st.lists(
    st.tuples(st.floats(1e-4, 1.0), st.floats(0.0, 1.0), st.floats(1e-9, 1.0)), min_size=1
)


@given(modes_of_one_sign, st.integers(1, 40), st.sampled_from([0.1, 0.01, 1e-3]))
def test_nothing_moves_more_than_the_remaining_change_after_a_stop(modes, every, tolerance):
    """However many modes there are, and however little of the slow ones the loss shows."""
    stop = {"check_every": every, "relative_loss": 0.1, "remaining_change": tolerance}
    at, moved = _stops(modes, stop, 2000)
    assert at == -1 or at >= 4 * every  # three intervals
    assert moved < tolerance


def test_a_run_whose_loss_grows_does_not_stop():
    modes = ((0.1, 1.0, 1e-4), (-0.001, 0.0, 1e-5))  # the loss rises from step 42 on
    stop = MODES_STOP | {"remaining_change": 0.1}
    assert _stops(modes, stop, 200)[0] == -1
    assert _stops(modes[:1], stop, 200)[0] > 0


def test_runs_stop_when_they_fit_and_stand_still():
    settings = _settings(early_stop=EARLY_STOP)
    engine, progress, _ = _train(settings)
    expected = [_steps_until_stop(rate, EARLY_STOP, 100) for rate in RATES]
    assert progress.stopped_at.tolist() == expected
    assert len(set(expected)) == len(RATES) - 1  # quick, middling and never (two of them)
    assert expected[-1] == -1
    done = [stop if stop > 0 else 100 for stop in expected]
    assert engine.done.tolist() == done
    last = 1.0 - np.exp(-np.array(RATES) * done)[:, None] * [1.0, 0.5]
    np.testing.assert_array_equal(progress.measured["strength"][-1], last)


@given(protocols, st.sets(st.sampled_from(range(4)), min_size=1))
def test_early_stop_does_not_depend_on_the_other_runs(protocol, chosen):
    settings = _settings(**protocol)
    _, together, _ = _train(settings)
    chosen = sorted(chosen)
    _, alone, _ = _train(settings, ScriptedEngine([RATES[run] for run in chosen]))
    np.testing.assert_array_equal(alone.stopped_at, together.stopped_at[chosen])
    for name, values in alone.measured.items():
        np.testing.assert_array_equal(values, together.measured[name][:, chosen])
    np.testing.assert_array_equal(alone.training_loss, together.training_loss[:, chosen])


class AlternatingEngine(ScriptedEngine):
    """A training set of three batches of which the network fits all but the first."""

    def advance(self, first_step, last_step, learning_rate, active):
        super().advance(first_step, last_step, learning_rate, active)
        return np.where(active, 1.0 if (last_step - 1) % 3 == 0 else 1e-6, np.nan)


def test_a_run_stops_only_when_it_fits_every_batch_of_its_training_set():
    stop = {"check_every": 9, "relative_loss": 0.01, "remaining_change": 0.1}
    settings = _settings(early_stop=stop, measure_every=50)
    for n_batches, stops in ((1, True), (3, False)):
        _, progress, _ = _train(settings, AlternatingEngine(), n_batches=n_batches)
        # the batch before a check at step 9, 18 .. is well fitted
        assert (progress.stopped_at > 0).any() == stops


def test_when_all_runs_have_stopped_nothing_is_trained_any_more():
    settings = _settings(early_stop=EARLY_STOP, steps=10**8, measure_every=None)
    engine, progress, _ = _train(settings, slices=lambda: 10)
    assert (progress.stopped_at > 0).all()
    assert engine.calls[-1][1] == progress.stopped_at.max()
    assert progress.step == 10**8
    assert np.isfinite(progress.measured["strength"]).all()


@pytest.mark.parametrize(("run", "bad"), [(0, np.nan), (2, 1e4 * 1.01)])
def test_divergence_names_run_and_step(run, bad):
    engine = ScriptedEngine(fails_at={run: (37, bad)})
    with pytest.raises(TrainingDiverged, match=rf"run {run} of the ensemble .* step 40\b.*lower"):
        _train(_settings(), engine)


def test_divergence_and_early_stop_are_measured_by_the_task_s_scales():
    large = SparseParity(2, 8, 2, 0.6, 10.0)
    _train(_settings(), ScriptedEngine(fails_at={1: (37, 1e4 * 1.01)}), task=large)
    with pytest.raises(TrainingDiverged):
        _train(_settings(), ScriptedEngine(fails_at={1: (37, 1e6 * 1.01)}), task=large)
    settings = _settings(early_stop=EARLY_STOP)
    (_, small, _), (_, scaled, _) = (_train(settings, task=task) for task in (TASK, large))
    assert (scaled.stopped_at[:2] < small.stopped_at[:2]).all()


def test_a_run_whose_last_update_diverged_is_named():
    """No loss is taken after the last update: only the measurement shows it."""

    class Engine(ScriptedEngine):
        def measure(self, step):
            found = super().measure(step)
            found["strength"][2, 1] = np.inf if step == 100 else 0.0
            return found

    with pytest.raises(TrainingDiverged, match=r"run 2 of the ensemble diverged at step 100: "):
        _train(_settings(), Engine())


class Scalar(SparseParity):
    """A task whose one measured quantity is a scalar."""

    measured = MappingProxyType({"strength": ()})


def test_a_quantity_without_axes_is_trained_and_stopped_like_one_of_one_entry():
    class Engine(ScriptedEngine):
        def measure(self, step):
            return {"strength": super().measure(step)["strength"][:, 0]}

    settings, scalar = _settings(early_stop=EARLY_STOP), Scalar(2, 8, 2, 0.6, 1.0)
    _, whole, _ = _train(settings)
    _, found, _ = _train(settings, Engine(), task=scalar)
    np.testing.assert_array_equal(found.measured["strength"], whole.measured["strength"][..., 0])
    np.testing.assert_array_equal(found.stopped_at, whole.stopped_at)
