"""Charts: arrows that others imply are left out, arrows in a circle are refused."""

import pytest

from emergence.report.graphs import flow_chart, without_implied


def test_implied_arrows_are_left_out():
    chain = {("a", "b"), ("b", "c"), ("c", "d")}
    assert without_implied(chain | {("a", "c"), ("a", "d"), ("b", "d")}) == chain
    assert flow_chart([("a", "c"), ("b", "c")], "LR") == (
        "```mermaid\nflowchart LR\n    a --> c\n    b --> c\n```\n"
    )


def test_a_circle_is_refused():
    with pytest.raises(ValueError, match="cycle"):
        without_implied({("a", "b"), ("b", "c"), ("c", "a")})
