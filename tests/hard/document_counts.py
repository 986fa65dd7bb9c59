"""Put the counts of a full run into a document: python document_counts.py REPORT DOCUMENT."""

import sys
from pathlib import Path

from emergence.report.documents import replace_part
from emergence.store.files import read_csv, read_json


def main(report, document):
    """report: the folder that --hard-report named; document: Markdown with a part named counts."""
    table, about = read_csv(report / "hardening.csv"), read_json(report / "hardening_cases.json")
    rows = [f"| {row.what} | {row.done} | {row.as_required} |\n" for row in table.itertuples()]
    checkpoints = sum(case.get("checkpoint", False) for case in about["cases"])
    text = (
        f"Seed {about['seed']}, {about['minutes']:.0f} minutes on {about['cores']} cores of "
        f"{about['processor']}, Python {about['python']}, commit {about['commit']}:\n\n"
        f"| what | done | as required |\n| --- | --- | --- |\n{''.join(rows)}\n"
        f"{checkpoints} of the killed training jobs had left a checkpoint to continue from.\n"
    )
    replace_part(document, "counts", text, "make test-hard")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
