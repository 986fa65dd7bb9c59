"""Targets with a name: listed with what they do."""

import re

import pytest

from emergence.papers import load_paper

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")
NAMED = {"all", "plan", "figures", "tables", "verify", "benchmark", "ship"}


def test_every_rule_is_listed_with_one_line_of_what_it_does(pristine):
    listed = pristine.snakemake("--list").stdout.splitlines()
    matches = [re.fullmatch(r"(\w+)(?: \((.*)\))?", line) for line in listed]
    rules = dict(match.groups() for match in matches if match)  # other lines are Snakemake's
    assert rules.keys() >= NAMED | {"nam2024", "nam2025", "nam2024_claims"}
    assert [name for name, purpose in rules.items() if not purpose] == []


def test_a_paper_that_is_asked_for_trains_nothing_of_another(pristine):
    """Its files are shipped, or taken from where they are made."""
    planned = pristine.planned("nam2025")
    assert planned["train"] == len(load_paper("paper/nam2025").experiments)
    assert planned["figure"] == len(load_paper("paper/nam2025").figures)
    assert pristine.planned("nam2024")["figure"] == len(load_paper("paper/nam2024").figures)
    both = pristine.dry_run(*SMOKE, "--", "nam2024", "nam2025")
    for said, folder in ((pristine.dry_run(*SMOKE, "--", "nam2025"), "shipped"), (both, "smoke")):
        assert f"Taking results/{folder}/nam2024/aggregated/time.csv for nam2025" in said


def test_what_another_paper_has_built_is_taken(smoke_built):
    said = smoke_built.dry_run(*SMOKE, "--", "nam2025")
    assert "Nothing to be done" in said


def test_the_plan_is_printed(fresh):
    assert "core time" in fresh.build(*SMOKE, "--", "plan", cores=1)
