"""The studies of causes at the sizes of the smoke preset, and their statistics."""

import numpy as np
import pandas as pd
import pytest

from emergence.analysis.intervals import Interval
from emergence.config.load import load_config
from emergence.config.settings import training_settings
from paper.nam2024.paper import CAUSES
from paper.nam2024.studies import exponent, onset, saturation, transformers, units, verdicts
from paper.nam2024.studies.tables import COLUMNS, of_means
from paper.nam2024.studies.transformers import shift_ratio

STUDIES = {
    "onset": onset.onset,
    "exponent": exponent.exponent,
    "saturation": saturation.saturation,
    "units": units.units,
    "transformers": transformers.transformers,
}


@pytest.fixture(scope="module")
def config(repository):
    return load_config([repository / "config/smoke.yaml"], "nam2024")


@pytest.mark.parametrize("name", CAUSES)
def test_a_study_makes_its_table_once(config, name, tmp_path):
    settings = training_settings(config, CAUSES[name])
    sizes = config["studies"][name]
    table = STUDIES[name](settings=settings, folder=str(tmp_path), **sizes)
    assert list(table.columns) == COLUMNS
    assert not table.duplicated(COLUMNS[:-1]).any()
    assert table["run"].max() == sizes["runs"] - 1
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = STUDIES[name](settings=settings, folder=str(tmp_path), **sizes)
    pd.testing.assert_frame_equal(table, again)
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}


def test_shipped_verdicts_are_those_of_the_shipped_tables(repository):
    folder = repository / "results/shipped/nam2024/studies"
    made = {name: folder / f"{name}.csv" for name in CAUSES}
    tables = {name: pd.read_csv(p) if p.exists() else None for name, p in made.items()}
    found = verdicts.verdicts(0.95, **tables)
    shipped = pd.read_csv(folder / "verdicts.csv")
    pd.testing.assert_frame_equal(found.verdicts, shipped, rtol=1e-6)


def test_half_size_is_where_the_mean_passes_a_half():
    sizes, ends = [100, 200, 400], [(0.0, 0.2), (0.2, 0.4), (0.8, 1.0)]
    rows = [
        {"arm": "a", "setting": size, "run": run, "value": value}
        for size, two in zip(sizes, ends, strict=True)
        for run, value in enumerate(two)
    ]
    found = onset.half_size(pd.DataFrame(rows), "a", 0.95)
    assert found.value == pytest.approx(200 * 2 ** (1 / 3))  # means 0.3 and 0.9, linear in ln D
    assert found.low < found.value < found.high


def test_intervals_of_means_cover_as_often_as_they_say():
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        top, bottom = generator.normal(2.0, 0.3, 12), generator.normal(4.0, 0.3, 8)
        found = of_means(lambda a, b: a / b, [top, bottom], 0.9)
        held += found.low <= 0.5 <= found.high
    assert 0.86 < held / 400 < 0.94  # 0.9 within 2.7 standard errors of 400 trials


def test_ratios_of_times_survive_a_run_that_is_never_done():
    generator, held = np.random.default_rng(1), 0
    for _ in range(300):
        slow, fast = np.exp(generator.normal(1.0, 0.5, 12)), np.exp(generator.normal(0, 0.5, 10))
        slow[slow.argmax()] = np.nan
        found = shift_ratio(slow, fast, 0.95)
        held += found.low < np.e < found.high
    assert held / 300 > 0.91  # 0.95 less three standard errors of 300 trials
    assert not np.isfinite(shift_ratio(np.full(10, np.nan), fast, 0.95)).any()


def test_growth_turns_a_ratio_of_times_into_a_factor():
    found = transformers.growth(Interval(3.0, 2.0, 5.0), 2, 1.0)
    assert tuple(found) == pytest.approx((1.5, 0.75, 3.0))  # law 2² - 1 = 3
