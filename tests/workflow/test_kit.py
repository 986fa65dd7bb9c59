"""The library is a kit: a paper builds from a folder of its own; CONTRIBUTING's recipes work."""

import pandas as pd
import pytest

pytestmark = pytest.mark.workflow
TOY = ("--configfile", "tests/toy/toy.yaml")
RESULTS = "results/toy/toy"

FIGURE = '''"""Another figure."""

from emergence.exhibits import style


def draw(means, steps):
    """Loss after the first steps."""
    drawn, axes = style.figure(columns=1, height=2.0)
    axes[0][0].semilogy(means["x"][:steps], means["mean"][:steps])
    return drawn
'''
TABLE = '''"""A table."""


def build(means):
    """The last loss."""
    return means.tail(1)[["x", "mean"]]


def layout(table):
    """As it is."""
    return table
'''
ENTRIES = """
FIGURES["fig2_start"] = Exhibit(
    title="The start",
    caption="The first steps of {{ config.experiments.line.steps }}.",
    tables={"means": "aggregated/line.csv"},
    arguments={"steps": "experiments.line.runs"},
)
TABLES = {
    "table1": Exhibit(
        title="The end", caption="The last loss.", tables={"means": "aggregated/line.csv"}
    )
}
"""
CLAIM = """
    another = Claim(
        id="starts",
        kind=NETWORKS,
        could_fail="the networks start at the solution",
        source="tests/toy",
        statement="the loss is positive at the start",
        expected=0.0,
        measured=losses[0],
        tolerance=0.0,
        comparison="at least",
        evidence="aggregated/line.csv",
    )
    return claim_table([claim, another])
"""
ENGINE = '''"""An engine of one's own: the ordinary one under another name."""

from emergence.training.engines.plain import PlainEngine


class MineEngine(PlainEngine):
    """Trains as `plain` does."""
'''


def _replace(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new))


def test_a_paper_builds_from_a_folder_of_its_own(fresh):
    """And with a figure, a table, a claim, an engine and a measured column added as told."""
    toy = fresh.folder / "tests/toy"
    (toy / "figures/fig2_start.py").write_text(FIGURE)
    (toy / "tables").mkdir()
    (toy / "tables/table1.py").write_text(TABLE)
    (toy / "paper.py").write_text((toy / "paper.py").read_text() + ENTRIES)
    _replace(toy / "claims.py", "    return claim_table([claim])\n", CLAIM.lstrip("\n"))
    _replace(toy / "task.py", '{"loss": ()}\n', '{"loss": (), "bias": ()}\n')
    _replace(
        toy / "task.py",
        'return {"loss": np.array(',
        'return {"bias": np.array(np.mean(errors, dtype=np.float64)), "loss": np.array(',
    )
    engines = fresh.folder / "src/emergence/training/engines"
    (engines / "mine.py").write_text(ENGINE)
    _replace(
        fresh.folder / "src/emergence/config/engines.py",
        '    "plain": EngineEntry(',
        '    "mine": EngineEntry(f"{_HERE}.mine:MineEngine", ("cpu",)),\n    "plain": EngineEntry(',
    )
    mine = fresh.preset("mine", {"toy": {"experiments": {"line": {"engine": "mine"}}}})
    fresh.build(*TOY, mine.name)
    results = fresh.folder / RESULTS
    for path in ("figures/fig2_start.png", "tables/table1.typ", "report.pdf", "pages/table1.html"):
        assert (results / path).stat().st_size > 0
    claims = pd.read_csv(results / "claims.csv").set_index("id")["status"]
    assert claims.to_dict() == {"falls": "pass", "starts": "pass"}
    runs = pd.read_csv(results / "aggregated/line_runs.csv")
    assert {"loss", "bias"} <= set(runs.columns)
    assert not (fresh.folder / "results/default").exists()
    assert fresh.planned(*TOY, mine.name) == {}
    fresh.build(*TOY, mine.name, "--", "verify", cores=1)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (
            {
                'title="The loss falls"': 'title=""',
                "claims:claims": "claims:claim",
                'tables={"means": "aggregated/line.csv"}': 'tables={"means": "fits/x.csv"}',
            },
            ["title ''", "claims:claim", "fits/x.csv"],
        ),
        ({"config.experiments.line.runs": "config.experiments.line.rns"}, ["rns"]),
    ],
    ids=["declarations", "caption"],
)
def test_wrong_declarations_are_refused_before_any_job(fresh, changes, named):
    for old, new in changes.items():
        _replace(fresh.folder / "tests/toy/paper.py", old, new)
    done = fresh.snakemake("--cores", 1, *TOY)
    assert done.returncode != 0
    for words in named:
        assert words in done.stdout, done.stdout[-3000:]
    assert not (fresh.folder / RESULTS / "runs").exists()
