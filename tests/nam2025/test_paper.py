"""The second paper takes the first one's tables as they are; when runs grok."""

from fnmatch import fnmatchcase

import numpy as np
import pandas as pd
import pytest
import yaml

from emergence.papers import load_paper
from emergence.randomness import Stream, stream_key
from emergence.theory.layerwise import pairs
from paper.nam2025 import judging, stated
from paper.nam2025.claims import collection
from paper.nam2025.theory.scaling import local_slopes
from paper.nam2025.training import grokking
from paper.nam2025.training.laws import delay_laws


def test_what_the_first_paper_makes_is_made_by_nothing_here():
    paper = load_paper("paper/nam2025")
    taken = [path for path in paper.figures["fig04_emergence"].tables.values() if paper.other(path)]
    assert {paper.other(path) for path in taken} == {"nam2024"}
    made = {path for product in paper.products.values() for path in product.outputs.values()}
    assert not [path for path in made if paper.other(path)]


def test_a_summary_says_when_a_run_groks():
    curves = pd.DataFrame(
        {
            "panel": "a", "seed": 0, "weight_decay": 0.1, "epoch": [0, 10, 100, 1000],
            "train_accuracy": [0.1, 0.95, 1.0, 1.0], "test_accuracy": [0.1, 0.4, 0.5, 0.9],
            "norm": [4.0, 3.0, 2.0, 1.0], "kernel_distance": [0.0, 0.1, None, 0.3],
            "kernel_left": [0.3, 0.2, None, 0.0], "output_ratio": 1.5,
        }
    )  # fmt: skip
    found = grokking.summary(curves=[curves])
    assert list(found.runs.columns) == [*grokking.REQUIRED]
    row = found.delays.iloc[0]
    assert (row["train_95"], row["test_80"], row["delay"]) == (10, 1000, 100)
    assert row["test_at_train_95"] == 0.4
    assert (row["kernel_at_train_95"], row["kernel_left_at_train_95"]) == (0.1, 0.2)
    assert (row["kernel_at_test"], row["norm_at_test"]) == (0.3, 1.0)


@pytest.fixture
def protocol(repository):
    block = yaml.safe_load((repository / "paper/nam2025/default.yaml").read_text())["nam2025"]
    return block["grokking"] | {
        "folder": "", "train_samples": 60, "batch_size": 60, "width": 8, "epochs": 20, "points": 6,
        "seeds": 2, "kernel_samples": 3,
    }  # fmt: skip


def test_runs_of_a_scan_are_those_of_their_seeds(protocol):
    stream = Stream(stream_key(1, "scan"), 0)
    scan = {"weights": [1.0, 5.0], "targets": [3.0], "outputs": [1.0], "seeds": 2}
    found = grokking.ratio_scan(grokking=protocol, scan=scan, stream=stream)
    assert found["seed"].tolist() == [0, 1, 0, 1]
    assert found["norm_start"].nunique() == 4
    assert found["size_ratio"].tolist() == pytest.approx([1 / 3, 1 / 3, 25 / 3, 25 / 3])
    panel = grokking.curves(panel="a", panels=stated.PANELS, stream=stream, **protocol)
    start = panel[panel["epoch"] == 0]
    assert start["norm"].tolist() == found["norm_start"][2:].tolist()
    # kernels: from the start, to the end, and the measures of the last layer beside them
    ends = panel[panel["epoch"].isin([0, 20])]
    assert (ends[["kernel_distance", "kernel_left"]].min(axis=1) < 1e-12).all()
    assert (ends[["kernel_distance", "kernel_left"]].max(axis=1) > 1e-6).all()
    assert panel["nc1"].notna().tolist() == panel["kernel_left"].notna().tolist()
    assert (panel["nc1"].dropna() > 0).all()


def test_adamw_decays_the_weights_as_it_says(protocol):
    # no samples pull on the weights of a network without output: only the decay is left
    stream = Stream(stream_key(1, "scan"), 0)
    shared = grokking.Protocol(**protocol | {"weight_decay": 0.5, "optimizer": "adamw"})
    panels = [grokking.Panel(1.0, 3.0, 1.0, 1e-30)]
    _, engine = shared.engine(panels, [stream], 1)
    before = engine.squared_norms()
    engine.advance(0, 10, 0.01)
    np.testing.assert_allclose(engine.squared_norms() / before, (1 - 0.005) ** 20, rtol=1e-3)


def test_laws_of_delays_are_found():
    grid = pd.DataFrame(
        [
            {"seed": seed, "output_ratio": x, "weight_decay": y, "optimizer": name,
             "delay": (seed + 1) * x**1.5 * y**-0.6}
            for seed in (0, 1, 2) for x in (0.5, 1.0, 2.0) for y in (1.0, 2.0)
            for name in ("adam", "adamw")
        ]
    )  # fmt: skip
    scan = pd.DataFrame(
        [
            {"seed": seed, "weights": w, "target": t, "output": out, "size_ratio": w**2 * out / t,
             "output_ratio": w**4 * out / t, "delay": 3 * w**2 * out / t}
            for seed in (0, 1) for w in (1.0, 2.0, 4.0) for t in (1.0, 3.0) for out in (0.1, 1.0)
        ]
    )  # fmt: skip
    times = pd.DataFrame(
        {"norm": 1.0, "decay": [0.0, 0.1, 0.2], "fitted": 2.0, "measured": [np.nan, 30.0, 15.0]}
    )
    laws = delay_laws(scan=scan, decays=grid, decaying=times, confidence=0.95)
    powers = laws.powers.set_index(["law", "factor"])
    assert powers.loc[("grid", "output_ratio"), "exponent"] == pytest.approx(1.5)
    assert powers.loc[("grid", "weight_decay"), ["low", "high"]].tolist() == pytest.approx(
        [-0.6] * 2
    )
    assert powers.loc[("solvable", "weight_decay"), "exponent"] == pytest.approx(-1)
    assert powers.loc[("factors", "weights"), "exponent"] == pytest.approx(2)
    orders = laws.orders.groupby("abscissa")[["spearman", "scatter"]].mean()
    assert orders.loc["size_ratio"].tolist() == pytest.approx([1, 1])
    assert orders.loc["output_ratio", "spearman"] < 1 < orders.loc["output_ratio", "scatter"]
    # delays of 1 and less are no grokking; the linear model's starts are no seeds
    late = laws.orders.groupby("abscissa")["runs_late"].first().unique()
    assert late.tolist() == [(scan[scan["seed"] == 0]["delay"] > 1).sum()]
    assert np.isnan(powers.loc[("solvable", "weight_decay"), "low"])


def test_summed_losses_have_the_laws_slopes():
    settings = {"skills": 100_000, "points": 3, "target_scale": 1.0, "initial_strength": 1e-4}
    found = local_slopes(data_exponents=[0.6], **settings).set_index("bottleneck")
    expected = {"time": -0.375, "data": -0.375, "parameters": -0.6}
    for name, exponent in expected.items():
        assert found.loc[name, "predicted_exponent"].unique() == pytest.approx([exponent])
        assert found.loc[name, "local_exponent"].to_numpy() == pytest.approx(exponent, abs=0.01)


def test_every_panel_changes_one_factor():
    default = grokking.Panel(**stated.PANELS["a"])
    for name, factors in stated.PANELS.items():
        changed = [k for k, v in vars(grokking.Panel(**factors)).items() if v != vars(default)[k]]
        assert len(changed) == (name != "a")


def test_every_shipped_claim_is_in_a_line_of_what_was_found(repository):
    claims = pd.read_csv(repository / "results/shipped/nam2025/claims.csv")
    patterns = [pattern for _, several, _ in judging.TOPICS for pattern in several]
    assert [one for one in claims["id"] if not any(fnmatchcase(one, p) for p in patterns)] == []
    lines = list(judging.found(claims.assign(status="pass", discrepancy=None)))
    assert all(": holds.** " in line and "Fails" not in line for line in lines)
    (line, *_) = judging.found(
        claims.assign(status=["fail", *claims["status"][1:]], discrepancy="x")
    )
    assert ": holds in part.** " in line
    assert line.endswith(f" Fails: `{claims['id'][0]}` (x).\n")


@pytest.mark.parametrize(("left", "status"), [(0.02, "pass"), (0.3, "fail")])
def test_networks_are_a_simplex_only_where_norms_angles_and_classifier_are(left, status):
    last = pd.DataFrame({"epoch": [0, 9] * 3, "within_between": 1.0, "equinorm": 0.01})
    last = last.assign(equiangle=[0.9, left, 0.9, left, 0.9, 1.1 * left], nc3=left)
    _, *claims = collection._last_layers(last, last, confidence=0.95)
    assert [claim.id for claim in claims] == ["C8-networks-simplex", "C8-networks-self-dual"]
    assert [claim.status for claim in claims] == [status] * 2


@pytest.mark.parametrize(("initial", "status"), [(0.005, "pass"), (0.1, "fail")])
def test_modes_of_networks_overlap_from_large_starts(initial, status):
    """Closed forms in place of trained networks, with a little noise over runs."""
    steps, variances, rate = np.arange(0, 2000, 5), [1.0, 0.5], 0.02
    settings = {
        "task": {"variances": variances, "targets": [1.0, 1.0]}, "learning_rate": rate,
        "initial_std": initial,
    }  # fmt: skip
    rows = [
        {"experiment": name, "value": 16, "run": run, "step": step, "mode": mode, "strength": found}
        for run in range(3) for mode, e in enumerate(variances, start=1)
        for name, curve in (
            ("linear", pairs.exponential(2 * rate * steps, e)),
            ("layerwise", pairs.sigmoid(
                2 * rate * steps, 8 * initial**2 * (1 + 0.01 * run), 1.0, e)),
        )
        for step, found in zip(steps, curve, strict=True)
    ]  # fmt: skip
    runs = pd.DataFrame(rows)
    networks = [runs[runs["experiment"] == name] for name in ("linear", "layerwise")]
    claims = {one.id: one for one in collection._trained(networks, settings, 0.95)}
    assert claims["C4-networks"].status == status
    assert claims["C4-order"].status == "pass"
