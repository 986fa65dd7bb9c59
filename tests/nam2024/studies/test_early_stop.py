"""The study of early stop: what it refuses, and that it compares the same run twice."""

import numpy as np
import pandas as pd

from emergence.config.load import load_config
from emergence.tasks.sparse_parity.problem import batches_in_pass
from paper.nam2024.studies.early_stop import early_stop

STOP = {"check_every": 100, "relative_loss": 0.01, "remaining_change": 0.02}


def _cases(*cases):
    names = ("experiment", "dataset_size", "batch_size")
    return [dict(zip(names, case, strict=True)) for case in cases]


def test_rows_hold_both_ends_of_the_same_run(small_settings):
    settings = small_settings(
        resource="data", early_stop=STOP, steps=1000, initial_std=0.3, width=64
    )
    cases = _cases(("tiny", 24, 32), ("tiny", 24, 8), ("tiny", 800, 800))
    table = early_stop([settings], cases, runs=2)
    assert len(table) == 3 * 2 * 2  # cases, runs, skills
    assert table["batches"].tolist() == 4 * [1] + 4 * [3] + 4 * [1]
    difference = table["strength_with"] - table["strength_without"]
    assert np.array_equal(table["difference"], difference)
    stopped = table["dataset_size"] == 24
    assert (table.loc[stopped, "stopped_at"] % 100 == 0).all()
    assert table.loc[stopped, "stopped_at"].between(400, 900).all()
    assert (table.loc[stopped, "difference"] != 0).all()
    assert table["difference"].abs().max() < STOP["remaining_change"]
    assert (table.loc[~stopped, "stopped_at"] == -1).all()  # more than 64 units fit so soon
    assert (table.loc[~stopped, "difference"] == 0).all()


def test_the_shipped_evidence_keeps_the_promise(repository):
    table = pd.read_csv(repository / "results/shipped/nam2024/evidence/early_stop.csv")
    config = load_config([], "nam2024")
    columns = [table[name] for name in ("experiment", "dataset_size", "batches")]
    assert set(zip(*columns, strict=True)) == {
        (
            one["experiment"],
            one["dataset_size"],
            batches_in_pass(one["dataset_size"], one["batch_size"]),
        )
        for one in config["studies"]["early_stop"]["cases"]
    }
    for name, rows in table.groupby("experiment"):
        experiment = config["experiments"][name]
        assert (rows["steps"] == experiment["steps"]).all()
        assert (rows["stopped_at"] > 0).any()
        promised = experiment["early_stop"]["remaining_change"]
        assert rows["difference"].abs().max() < promised / 10  # docs/settings.md says so
