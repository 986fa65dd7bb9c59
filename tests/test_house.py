"""Laws of the house: who imports whom. CONTRIBUTING.md draws them."""

from scripts.documents import arrows, imports

# From below: a room imports only rooms before it. So models and store never import tasks; tasks,
# theory and verify never import training.
ROOMS = (
    *("randomness", "store", "cli", "papers", "theory", "models", "config", "tasks", "exhibits"),
    *("verify", "columns", "training", "analysis", "report", "jobs", "bench"),
)


def test_no_arrow_between_rooms_leads_back_up(repository):
    found = arrows(repository / "src" / "emergence")
    assert {room for arrow in found for room in arrow} == set(ROOMS)
    assert [(a, b) for a, b in sorted(found) if ROOMS.index(a) < ROOMS.index(b)] == []


def test_the_kit_imports_no_paper_and_no_paper_another(repository):
    papers = {path.parent for path in repository.glob("paper/*/paper.py")}
    assert papers
    for folder in (repository / "src", *papers):
        for path in folder.rglob("*.py"):
            for name in imports(path):
                own = name.startswith(f"paper.{folder.name}.") and folder in papers
                assert own or name.split(".")[0] != "paper", f"{path} imports {name}"
