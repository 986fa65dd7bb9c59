"""Captions follow the configuration."""

import pytest

from emergence.papers import Exhibit, PaperError
from emergence.report.captions import caption

ENTRY = Exhibit("Title", "\nRuns: {{ config.experiments.time.runs }}\nper D.\n")


def test_a_caption_is_one_line_with_values_of_the_configuration():
    assert caption(ENTRY, {"experiments": {"time": {"runs": 4321}}}) == "Runs: 4321 per D."


def test_a_value_that_the_configuration_lacks_is_an_error():
    with pytest.raises(PaperError, match=r"caption of 'Title': .*time"):
        caption(ENTRY, {"experiments": {}})
