"""The early-stop study: what it refuses and what it writes."""

import numpy as np
import pandas as pd
import pytest

from emergence.config.load import load_config
from emergence.tasks.sparse_parity.problem import batches_in_pass

STOP = {"check_every": 100, "relative_loss": 0.01, "remaining_change": 0.02}


@pytest.fixture
def study(run_study):
    return lambda settings, *cases: run_study(
        "early_stop_study.py", settings, "--cases", *cases, "--runs", "2"
    )


@pytest.mark.parametrize(
    ("stop", "cases", "said"),
    [
        (None, ["tiny:24:32"], "early_stop null"),
        (STOP, ["tiny:24:32", "other:24:32"], "'other' is not among --settings"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(study, small_settings, stop, cases, said):
    done, output = study(small_settings(resource="data", early_stop=stop), *cases)
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert said in line
    assert not output.exists()


def test_rows_hold_both_ends_of_the_same_run(study, small_settings):
    settings = small_settings(
        resource="data", early_stop=STOP, steps=1000, initial_std=0.3, width=64
    )
    done, output = study(settings, "tiny:24:32", "tiny:24:8", "tiny:800:800")
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(output)
    assert len(table) == 3 * 2 * 2  # cases, runs, skills
    assert table["batches"].tolist() == 4 * [1] + 4 * [3] + 4 * [1]
    difference = table["strength_with"] - table["strength_without"]
    assert np.allclose(table["difference"], difference, rtol=0, atol=1e-8)
    stopped = table["dataset_size"] == 24
    assert (table.loc[stopped, "stopped_at"] % 100 == 0).all()
    assert table.loc[stopped, "stopped_at"].between(400, 900).all()
    assert (table.loc[stopped, "difference"] != 0).all()
    assert table["difference"].abs().max() < STOP["remaining_change"]
    assert (table.loc[~stopped, "stopped_at"] == -1).all()  # more than 64 units fit so soon
    assert (table.loc[~stopped, "difference"] == 0).all()


def test_the_shipped_evidence_keeps_the_promise(repository):
    table = pd.read_csv(repository / "results" / "shipped" / "evidence" / "early_stop.csv")
    config = load_config([])
    experiments = config["experiments"]
    cases = config["studies"]["early_stop"]["cases"]
    expected = {
        (case["experiment"], size, batches_in_pass(size, case["batch_size"]))
        for case in cases
        for size in [case["dataset_size"]]
    }
    columns = [table[name] for name in ("experiment", "dataset_size", "batches")]
    assert set(zip(*columns, strict=True)) == expected
    assert {case["experiment"] for case in cases} == {"data", "data_calibration"}
    assert table["batches"].max() > 1
    for name, rows in table.groupby("experiment"):
        assert (rows["steps"] == experiments[name]["steps"]).all()
        assert (rows["stopped_at"] > 0).any()
        promised = experiments[name]["early_stop"]["remaining_change"]
        assert rows["difference"].abs().max() < promised / 10  # docs/settings.md says so
