"""Put a summary of a table of claims into a Markdown file: one row per file of evidence."""

import argparse
import re
from pathlib import Path

import pandas as pd

from emergence.cli.command import run
from emergence.report.documents import replace_part
from emergence.verify.claims import FAIL, NOT_TESTED, PASS

HEADER = """\
| evidence | claims | where in the paper | tolerance | pass | fail, explained by | not tested |
| --- | --- | --- | --- | --- | --- | --- |
"""

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("document", type=Path, help="Markdown with a part named claims")
parser.add_argument("--claims", type=Path, required=True)


def families(identifiers: pd.Series) -> str:
    """Identifiers without the numbers (α, skill, level) that end them, each once."""
    names = identifiers.map(lambda name: re.sub(r"(-[\d.]+)+$", "-*", name))
    return ", ".join(f"`{name}`" for name in names.unique())


def tolerances(claims: pd.DataFrame) -> str:
    """Shares of the expected value where it is not zero and one tolerance fits all, else sizes."""
    within = claims[claims["comparison"] == "within"]
    parts = []
    exact = within[within["tolerance"] == 0]
    relative = within[(within["expected"] != 0) & (within["tolerance"] > 0)]
    absolute = within[(within["expected"] == 0) & (within["tolerance"] > 0)]
    if len(relative):
        shares = 100 * relative["tolerance"] / relative["expected"].abs()
        parts.append(f"{_span(shares)} %")
    if len(absolute):
        parts.append(f"{_span(absolute['tolerance'])} about 0")
    if len(exact):
        parts.append("equal")
    if len(within) < len(claims):
        parts.append("bound")
    return "; ".join(parts)


def _span(values: pd.Series) -> str:
    low, high = (f"{float(f'{value:.2g}'):g}" for value in (values.min(), values.max()))
    return low if low == high else f"{low} to {high}"


def row(evidence: str, claims: pd.DataFrame) -> str:
    """One line of the table."""
    counts = claims["status"].value_counts()
    links = ", ".join(sorted(claims.loc[claims["status"] == FAIL, "discrepancy"].dropna().unique()))
    cells = (
        f"`{evidence}`",
        families(claims["id"]),
        "; ".join(claims["source"].unique()),
        tolerances(claims),
        str(counts.get(PASS, 0)),
        f"{counts.get(FAIL, 0)}{': ' + links if links else ''}",
        str(counts.get(NOT_TESTED, 0)),
    )
    return f"| {' | '.join(cells)} |\n"


def main(arguments: argparse.Namespace) -> None:
    """Run the command."""
    claims = pd.read_csv(arguments.claims)
    rows = [row(str(name), group) for name, group in claims.groupby("evidence", sort=False)]
    replace_part(arguments.document, "claims", HEADER + "".join(rows))


if __name__ == "__main__":
    run(parser, main, (ValueError,))
