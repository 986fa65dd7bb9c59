"""What the documents say is so: links, commands, versions, messages, generated parts."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import snakemake.exceptions
import yaml

from emergence.config.load import REPOSITORY
from emergence.report.documents import replace_part

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
    [
        "nothing\n",
        MARKED + MARKED,
        "<!-- end of graph -->\n<!-- graph: make documents -->\n",
        "<!-- graph: make documents -->\n",
    ],
)
def test_marks_that_are_missing_repeated_or_swapped_are_refused(tmp_path, text):
    document = tmp_path / "d.md"
    document.write_text(text)
    with pytest.raises(ValueError, match=r"d\.md must hold the lines .*graph"):
        replace_part(document, "graph", "new\n")
    assert document.read_text() == text


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


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_commands_in_documents_exist(path):
    text = path.read_text()
    targets = set(re.findall(r"^([a-z-]+):.*##", (REPOSITORY / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.M)) <= targets
    rules = "".join(p.read_text() for p in [REPOSITORY / "Snakefile", *_rule_files()])
    named = set(re.findall(r"`snakemake (?:--cores \w+ )?([a-z]\w+)\b(?!/)", text))
    assert named <= set(re.findall(r"^ *rule (\w+):", rules, re.M))
    for name in re.findall(r"\bconfig/(\w+\.yaml)", text):
        assert (REPOSITORY / "config" / name).exists()


def _rule_files():
    return (REPOSITORY / "workflow" / "rules").glob("*.smk")


def test_messages_of_the_readme_are_those_of_the_code():
    """A message that is looked up must be one that is printed, by us or by Snakemake."""
    section = (REPOSITORY / "README.md").read_text().split("## When something fails")[1]
    messages = re.findall(r"^\| (`.*?) \| ", section, re.MULTILINE)
    assert len(messages) > 5
    sources = [REPOSITORY / "Makefile", *_rule_files(), Path(snakemake.exceptions.__file__)]
    for folder in ("src", "scripts"):
        sources += (REPOSITORY / folder).rglob("*.py")
    printed = re.sub(r'"\s*f?"', "", "".join(p.read_text() for p in sources))
    for message in messages:
        for quoted in re.findall(r"`([^`]+)`", message):
            fixed = max(re.split(r"\.\.\.|[A-Z]{2,}", quoted), key=len).strip(" :;")
            assert fixed in printed, quoted


def test_versions_agree():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    released = re.findall(
        r"^## \[([\d.]+)\] - \d{4}-\d\d-\d\d$", (REPOSITORY / "CHANGELOG.md").read_text(), re.M
    )
    assert project["version"] == citation["version"] == released[0]


def test_hooks_before_a_commit_are_the_commands_of_make_lint():
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (REPOSITORY / "Makefile").read_text(), re.M)
    linted = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe[1].splitlines()]
    hooks = yaml.safe_load((REPOSITORY / ".pre-commit-config.yaml").read_text())["repos"][0][
        "hooks"
    ]
    assert len(hooks) == len(linted)
    for hook in hooks:  # files are added by pre-commit, or by the command itself
        assert [line for line in linted if line.startswith(hook["entry"])], hook["entry"]


@pytest.mark.parametrize(
    ("document", "script", "option", "source"),
    [
        ("ARTIFACT.md", "claims_summary.py", "--claims", "claims.csv"),
        ("docs/cluster.md", "cluster_costs.py", "--plan", "evidence/plan/experiments.csv"),
    ],
)
def test_parts_of_documents_are_those_of_the_shipped_tables(
    document, script, option, source, tmp_path
):
    copied = Path(shutil.copy(REPOSITORY / document, tmp_path))
    command = [sys.executable, REPOSITORY / "scripts" / script, copied]
    table = REPOSITORY / "results" / "shipped" / source
    subprocess.run([*command, option, table], check=True, capture_output=True)
    assert copied.read_text() == (REPOSITORY / document).read_text(), "make documents"


def test_the_picture_of_the_readme_is_small():
    (picture,) = re.findall(r"!\[[^]]*\]\(([^)]+)\)", (REPOSITORY / "README.md").read_text())
    assert picture.startswith("results/shipped/")
    assert (REPOSITORY / picture).stat().st_size < 150_000
