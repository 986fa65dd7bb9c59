"""Laws of the house: who imports whom. CONTRIBUTING.md draws them."""

import runpy
import shutil

import pytest

# From below: a room imports only rooms before it. So models and store never import tasks; tasks,
# theory and verify never import training.
ROOMS = (
    *("randomness", "store", "cli", "papers", "theory", "models", "config", "tasks", "exhibits"),
    *("verify", "columns", "training", "analysis", "report", "jobs", "bench"),
)


@pytest.fixture(scope="module")
def graph(repository):
    """Functions of the script that draws the rooms."""
    return runpy.run_path(str(repository / "scripts" / "room_graph.py"))


def test_no_arrow_between_rooms_leads_back_up(graph, repository):
    arrows = graph["arrows"](repository / "src" / "emergence")
    assert {room for arrow in arrows for room in arrow} == set(ROOMS)
    assert [(a, b) for a, b in sorted(arrows) if ROOMS.index(a) < ROOMS.index(b)] == []


def test_the_kit_imports_no_paper_and_no_paper_another(graph, repository):
    papers = {path.parent for path in repository.glob("paper/*/paper.py")}
    assert papers
    for folder in (repository / "src", *papers):
        for path in folder.rglob("*.py"):
            for name in graph["imports"](path):
                own = name.startswith(f"paper.{folder.name}.") and folder in papers
                assert own or name.split(".")[0] != "paper", f"{path} imports {name}"


def test_an_import_of_any_form_is_found(graph, tmp_path):
    (tmp_path / "kit" / "a").mkdir(parents=True)
    (tmp_path / "kit" / "a" / "m.py").write_text("def f():\n from kit import b\n import kit.c.d")
    (tmp_path / "kit" / "b.py").write_text("from kit.a.m import f as g\nimport os")
    assert graph["arrows"](tmp_path / "kit") == {("a", "b"), ("a", "c"), ("b", "a")}


def test_the_picture_of_the_rooms_is_that_of_the_imports(graph, repository, tmp_path):
    document = shutil.copy(repository / "CONTRIBUTING.md", tmp_path)
    graph["main"](graph["parser"].parse_args([document]))
    assert (tmp_path / "CONTRIBUTING.md").read_text() == (
        repository / "CONTRIBUTING.md"
    ).read_text(), "make documents"
