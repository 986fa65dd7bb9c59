"""Parts of documents that commands write."""

import pytest

from emergence.config.load import REPOSITORY
from emergence.report.documents import replace_part
from scripts.documents import flow_chart, parts

MARKED = "a\n<!-- graph: make documents -->\nold\n<!-- end of graph -->\nz\n"


def test_a_part_is_replaced_between_its_marks(tmp_path):
    document = tmp_path / "d.md"
    document.write_text(MARKED)
    replace_part(document, "graph", "new\n")
    assert document.read_text() == MARKED.replace("old", "new")
    replace_part(document, "graph", "newer\n")
    assert document.read_text() == MARKED.replace("old", "newer")
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


def test_a_chart_leaves_out_what_other_arrows_imply_and_refuses_a_circle():
    chain = {("a", "b"), ("b", "c"), ("c", "d")}
    assert flow_chart(chain | {("a", "c"), ("a", "d"), ("b", "d")}) == flow_chart(chain)
    assert "    a --> b\n    b --> c\n" in flow_chart(chain)
    with pytest.raises(ValueError, match="cycle"):
        flow_chart({("a", "b"), ("b", "a")})


def test_generated_parts_are_up_to_date():
    stale = []
    for (document, name), text in parts().items():
        part = f"<!-- {name}: make documents -->\n{text}<!-- end of {name} -->\n"
        if part not in (REPOSITORY / document).read_text():
            stale.append(f"{document}, {name}: make documents")
    assert stale == []
