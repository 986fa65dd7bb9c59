"""Compiling a paper's report: errors name the place, records hold digests."""

import pytest

from emergence.report.compiling import CompilationError, compile_pdf, record
from emergence.store.provenance import file_digest


def test_broken_source_names_the_place_and_leaves_no_file(tmp_path):
    paper, results = tmp_path / "paper", tmp_path / "results"
    paper.mkdir()
    results.mkdir()
    (paper / "report.typ").write_text("= Title\n\n#missing\n")
    with pytest.raises(CompilationError, match=r"unknown variable: missing\n.*report\.typ:3"):
        compile_pdf(paper, results, results / "report.pdf")
    assert list(results.iterdir()) == []


def test_a_record_holds_the_digest_of_each_file(tmp_path):
    (tmp_path / "a").write_text("a")
    made = record([tmp_path / "a"])
    assert made == {"outputs": {str(tmp_path / "a"): file_digest(tmp_path / "a")}}
