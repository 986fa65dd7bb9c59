"""The counts in docs/robustness.md are those of a report."""

import re
import shutil

import pandas as pd
from document_counts import main

from emergence.store.files import write_csv, write_json


def test_counts_of_a_report_replace_those_in_the_document(repository, tmp_path):
    table = pd.DataFrame({"what": ["kill", "full disk"], "done": [33, 4], "as_required": [32, 4]})
    write_csv(tmp_path / "hardening.csv", table)
    about = {"seed": 5, "minutes": 31.4, "cores": 2, "processor": "Z80", "python": "3.11"}
    cases = [{"checkpoint": True}, {"checkpoint": False}, {}]
    write_json(tmp_path / "hardening_cases.json", about | {"commit": "1a2b", "cases": cases})
    document = tmp_path / "robustness.md"
    shutil.copy(repository / "docs" / "robustness.md", document)
    for _ in range(2):
        main(tmp_path, document)
    text = document.read_text()
    assert text.count("| kill | 33 | 32 |\n| full disk | 4 | 4 |\n\n1 of the killed training") == 1
    assert "Seed 5, 31 minutes on 2 cores of Z80, Python 3.11, commit 1a2b:\n" in text


def test_the_document_holds_the_counts_of_a_run(repository):
    text = (repository / "docs" / "robustness.md").read_text()
    part = text.split("<!-- counts: make test-hard -->\n")[1].split("<!-- end of counts -->")[0]
    assert re.search(r"^Seed \d+, [1-9]\d* minutes on \d+ cores of .+, Python 3\.", part)
    counts = re.findall(r"^\| (\w[^|]*) \| (\d+) \| (\d+) \|$", part, re.MULTILINE)
    assert counts
    for what, done, as_required in counts:
        assert 0 < int(as_required) <= int(done), what
