"""The second paper takes the first one's tables as they are; when runs grok."""

from fnmatch import fnmatchcase

import pandas as pd

from emergence.papers import load_paper
from paper.nam2025 import judging, stated
from paper.nam2025.training import grokking


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
            "norm": [4.0, 3.0, 2.0, 1.0], "kernel_distance": [0.0, None, 0.2, 0.3],
            "output_ratio": 1.5,
        }
    )  # fmt: skip
    found = grokking.summary(curves=[curves])
    assert list(found.runs.columns) == [*grokking.REQUIRED]
    row = found.delays.iloc[0]
    assert (row["train_95"], row["test_80"], row["delay"]) == (10, 1000, 100)
    assert row["test_at_train_95"] == 0.4
    assert 0 < row["kernel_at_train_95"] < 0.2 < row["kernel_at_test"] == 0.3


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
