"""Facts of a preset: counts, and the origin of figures, tables and products."""

import pandas as pd
import pytest

from emergence.config.load import load_config
from emergence.report.facts import build_facts


@pytest.fixture(scope="module")
def facts(repository):
    config = load_config([], "nam2024")
    claims = pd.DataFrame({"status": ["pass", "fail", "pass"], "class": "trained network"})
    rows = pd.DataFrame({"id": ["a", "b"]})
    expected = {"config": config, "protocol": config}
    return build_facts(repository / "paper/nam2024", expected, claims=claims, discrepancies=rows)


def test_every_figure_table_and_product_names_code_that_exists(facts, repository):
    numbers = {"figure": [], "table": []}
    for exhibit in facts["exhibits"]:
        numbers[exhibit["kind"]].append(exhibit["number"])
    assert numbers == {"figure": list(range(1, 19)), "table": list(range(1, 7))}
    for entry in [*facts["exhibits"], *facts["products"]]:
        assert (repository / entry["code"]).is_file()


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("fig06_stage_like_training", ["theory.figure06"]),
        ("fig04_transformer", ["experiments.time", "experiments.transformer"]),
        ("table05", ["experiments.parameters", "tables.table05"]),
    ],
)
def test_the_settings_behind_an_exhibit(facts, name, settings):
    (found,) = (one["settings"] for one in facts["exhibits"] if one["name"] == name)
    assert found == settings
