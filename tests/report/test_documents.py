"""Parts of documents that commands write, and links between documents."""

import re

import pytest

from emergence.config.load import REPOSITORY
from emergence.report.documents import replace_part
from scripts.documents import parts

FOLDERS = (".", "docs", "config", "results")
DOCUMENTS = [path for name in FOLDERS for path in sorted((REPOSITORY / name).glob("*.md"))]
MARKED = "a\n<!-- graph: make documents -->\nold\n<!-- end of graph -->\nz\n"


def test_a_part_is_replaced_between_its_marks(tmp_path):
    document = tmp_path / "d.md"
    document.write_text(MARKED)
    replace_part(document, "graph", "new\n")
    assert document.read_text() == MARKED.replace("old", "new")
    replace_part(document, "graph", "newer\n")
    assert document.read_text() == MARKED.replace("old", "newer")
    other = MARKED.replace("make documents", "make x")
    document.write_text(other)
    replace_part(document, "graph", "new\n", "make x")
    assert document.read_text() == other.replace("old", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["d.md"]


@pytest.mark.parametrize(
    "text",
    ["nothing\n", MARKED * 2, "<!-- end of graph -->\n<!-- graph: make documents -->\n"],
)
def test_marks_that_are_missing_repeated_or_swapped_are_refused(tmp_path, text):
    document = tmp_path / "d.md"
    document.write_text(text)
    with pytest.raises(ValueError, match=r"d\.md must hold the lines .*graph"):
        replace_part(document, "graph", "new\n")
    assert document.read_text() == text


def test_generated_parts_are_up_to_date():
    stale = []
    for (document, name), text in parts().items():
        part = f"<!-- {name}: make documents -->\n{text}<!-- end of {name} -->\n"
        if part not in (REPOSITORY / document).read_text():
            stale.append(f"{document}, {name}: make documents")
    assert stale == []


def test_the_picture_of_the_stages_shows_the_rules():
    chart = (REPOSITORY / "README.md").read_text().split("```mermaid\n")[1].split("```")[0]
    drawn = set(re.findall(r"\w+", chart.partition("\n")[2]))
    rules = {
        name
        for path in (REPOSITORY / "workflow" / "rules").glob("*.smk")
        for name in re.findall(r"^\s*rule (\w+):", path.read_text(), re.MULTILINE)
    }
    aside = {"protocol", "ship", "take", "take_shipped", "plan", "benchmark", "clean_results"}
    assert drawn == rules - aside | {"products"}


def _anchors(text):
    """Anchors that GitHub makes of headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_links_between_documents_lead_somewhere(path):
    for link in re.findall(r"\]\(([^)]+)\)", path.read_text()):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target.read_text()), link
