"""No number of a result is typed into the report: they come from files, references are marked."""

import re

import pytest

WORDS = (
    "three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty|hundred|"
    "thousand|million"
)
NUMBER = re.compile(rf"(?<![\w.])\d[\d.,]*|\b(?:{WORDS})\b(?!-)", re.IGNORECASE)

# What may hold a digit, each by its own syntax.
TYPST = (
    r"//.*",  # comments
    r"\b(?:eq|thm|sec|app|fig|tab)\(\"\d+[a-z]?\"\)",  # references to the paper's numbering
    r"\bdiscrepancy\(\"[\w-]+\"\)",
    r"-?\d+(?:\.\d+)?(?:pt|mm|em|fr|%)",  # lengths
    r"\b(?:colspan|digits): ?\d",
    r"[<>=]=? 0\b",
    r"\^\(?-?\(?alpha ?\+ ?1\)?|\balpha \+ 1\b|\^2\b|R_k \(0\)",  # in formulas
)
# Layout also shapes numbers; it holds no text.
LAYOUT = (
    *TYPST,
    r"rgb\(\"#\w+\"\)|luma\(\d+\)",
    r"\blongest-unbroken = \d+",
    r"\bnumbering: \"1\.1\"|paper: \"a4\"",
    r"[<>]=? -?\d(?:e\d)?\b|x == 0",
    r"calc\.pow\(10\.0,|\.chunks\(3\)|\.at\(\d\b|\d+ \* x|\b[a-z]+ [-+] 1\b",
    r"\\u\{\w+\}|\[0-9\]|\[0\]|\"0\" \*|· 10#super|\blevel: \d",
)
CAPTIONS = (
    r"\{%.*?%\}|\{\{.*?\}\}",  # values of the configuration
    r"\b(?:Fig|Eq|Thm|Cor|Table|discrepancy|Eqs|Figs|Thms)s?\.? \d+(?:(?:, | and )\d+)*",
    r"\bR_\d/S|S²/2|\(α\+1\)|NeurIPS 2024",
)


def typed(text, allowed):
    """Numbers that stand in `text` outside what is allowed."""
    for pattern in allowed:
        text = re.sub(pattern, " ", text)
    return [found[0] for found in NUMBER.finditer(text)]


def sources(repository):
    """Every source of text of the report with what it may hold."""
    paper = repository / "paper"
    found = [(path, LAYOUT if path.stem == "layout" else TYPST) for path in paper.glob("*.typ")]
    found += [(path, CAPTIONS) for path in (repository / "workflow/report").glob("*.rst")]
    return sorted(found)


def test_there_are_sources(repository):
    assert len(sources(repository)) >= 7


def test_no_source_holds_a_typed_number(repository):
    for path, allowed in sources(repository):
        assert typed(path.read_text("utf-8"), allowed) == [], path.name


@pytest.mark.parametrize(
    "sentence",
    [
        "The fitted constant is 0.0447.",
        "With 800 samples the skill is known.",
        "All twelve figures are drawn.",
        "$D_c = 8$",
        "$N_c approx 4.1$",
        "It took 1.5 h on 2 cores.",
        "7,000 samples",
        "the error is 12 percent",
        "B² = 1/22",
    ],
)
def test_a_typed_number_is_found(repository, sentence):
    """The same search, of sources to which a sentence was added at their end or in their middle."""
    for path, allowed in sources(repository):
        text = path.read_text("utf-8")
        middle = text.index("\n\n", len(text) // 2) if "\n\n" in text else len(text)
        for changed in (text + f"\n{sentence}\n", text[:middle] + f"\n{sentence}" + text[middle:]):
            assert typed(changed, allowed), path.name
