"""What a paper declares is checked when it is loaded, with all that is wrong in one message."""

import pytest

from emergence.papers import PaperError, Product, arguments_of, load_paper, resolve

DECLARATIONS = """
from emergence.papers import Exhibit, Page, Product

TITLE, Settings = "A title", None
EXPERIMENTS = ("first", "second")
PRODUCTS = {
    "made": Product(
        "functions:make",
        inputs={"runs": "aggregated/first_runs.csv", "old": "evidence/old.csv"},
        outputs={"-": "made.csv"},
        arguments={"level": "levels.low"},
        constants={"divisor": 2.0},
    ),
    "joined": Product(
        "functions:join", inputs={"tables": "aggregated/study_*_runs.csv"}, outputs={"-": "j.csv"}
    ),
}
FIGURES = {"fig1": Exhibit("Title", "Caption", tables={"table": "made.csv"})}
TABLES = {"table1": Exhibit("Title", "Caption", arguments="levels")}
PAGES = {
    "page": Page("Title", "Caption", ("made.csv",)),
    "chart": Page("Title", "Caption", {"table": "made.csv"}, "functions:chart", "levels"),
}
"""
MODULES = {
    "functions.py": "def make(runs, old, level, divisor): ...\ndef join(tables): ...\n"
    "def chart(table, low): ...\n",
    "figures/fig1.py": "def draw(table): ...\n",
    "tables/table1.py": "def build(low): ...\ndef layout(table): ...\n",
}
CONFIG = {"experiments": {"first": {}, "second": {}}, "levels": {"low": 0.1}}


@pytest.fixture
def load(tmp_path):
    """Load a paper whose declarations are those above after a replacement."""

    def loaded(old="", new=""):
        folder = tmp_path / f"{tmp_path.name}_paper"  # a package of this test's own
        for name, text in {"paper.py": DECLARATIONS.replace(old, new), **MODULES}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return load_paper(folder)

    return loaded


def test_arguments_come_from_the_configuration_and_from_constants(load):
    paper = load()
    assert arguments_of(paper.products["made"], CONFIG) == {"level": 0.1, "divisor": 2.0}
    assert arguments_of(paper.tables["table1"], CONFIG) == {"low": 0.1}
    assert arguments_of(paper.pages["chart"], CONFIG) == {"low": 0.1}
    with pytest.raises(PaperError, match=r"lacks levels\.high"):
        arguments_of(Product("a:b", {}, arguments={"level": "levels.high"}), CONFIG)


def test_patterns_are_the_names_of_experiments(load):
    paper = load()
    assert set(resolve(paper, CONFIG).products) == {"made"}
    more = {**CONFIG, "experiments": {"study_b": {}, "first": {}, "study_a": {}}}
    joined = resolve(paper, more).products["joined"]
    assert joined.inputs == {
        "tables": ("aggregated/study_b_runs.csv", "aggregated/study_a_runs.csv")
    }


def test_a_file_comes_from_a_block_of_the_configuration(load):
    paper = load()
    assert paper.origin("aggregated/first_runs.csv") == "experiments.first"
    assert paper.origin("made.csv") == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("functions:make", "functions:absent", "there is no function"),
        ('"old": "evidence/old.csv"', '"older": "evidence/old.csv"', "does not take older"),
        (', "old": "evidence/old.csv"', "", "functions:make needs old"),
        ('constants={"divisor": 2.0},', "", "functions:make needs divisor"),
        (
            "aggregated/first_runs.csv",
            "aggregated/third_runs.csv",
            "nothing makes aggregated/third",
        ),
        ('"-": "j.csv"', '"-": "made.csv"', "made.csv is made twice"),
        ('"fig1": Exhibit("Title", "Caption"', '"fig1": Exhibit("Title", ""', "caption '' is not"),
        ('"table": "made.csv"', '"table": "other.csv"', "nothing makes other.csv"),
        ('"fig1":', '"fig2":', "there is no function"),
        ('("made.csv",)', '("other.csv",)', "page page: nothing makes other.csv"),
        ('{"table": "made.csv"}, "functions', '{"t": "made.csv"}, "functions', "does not take t;"),
        ('"functions:chart"', '"functions:absent"', "page chart: there is no function"),
    ],
)
def test_what_is_wrong_is_said(load, old, new, said):
    assert old in DECLARATIONS
    with pytest.raises(PaperError, match=said):
        load(old, new)


def test_a_file_of_another_paper_must_be_one_that_it_makes(load, tmp_path):
    beside = tmp_path / f"{tmp_path.name}_other"
    beside.mkdir()
    (beside / "paper.py").write_text('EXPERIMENTS = ("third",)\n')
    made = f'"table": "{beside.name}/aggregated/third.csv"'
    paper = load('"table": "made.csv"', made)
    assert paper.other(f"{beside.name}/aggregated/third.csv") == beside.name
    assert paper.other("made.csv") == paper.other("absent/made.csv") == ""


def test_a_file_that_another_paper_does_not_make_is_refused(load, tmp_path):
    beside = tmp_path / f"{tmp_path.name}_other"
    beside.mkdir()
    (beside / "paper.py").write_text("EXPERIMENTS = ()\n")
    with pytest.raises(PaperError, match=r"nothing makes .*third\.csv"):
        load('"table": "made.csv"', f'"table": "{beside.name}/aggregated/third.csv"')
