"""Verdicts follow the file of predictions, and each hypothesis can fail."""

import numpy as np
import pytest

from emergence.analysis.intervals import Interval
from paper.nam2024.studies import verdicts
from paper.nam2024.studies.theory import UNIT_LEVELS, best_strength, race_size


def _each(predicted):
    for study, entry in predicted.items():
        for name, hypothesis in entry["hypotheses"].items():
            for quantity, one in hypothesis["predicts"].items():
                yield study, name, quantity, one


def test_the_verdict_reads_the_file_of_predictions(tmp_path, monkeypatch):
    text = verdicts.PREDICTIONS.read_text()
    assert "half_32: {value: 864, range: [734, 994]}" in text
    changed = tmp_path / "predictions.yaml"
    changed.write_text(text.replace("864, range: [734, 994]", "600, range: [500, 700]"))
    measured = {study: {} for study in verdicts.MEASURED} | {
        "onset": {"half_32": Interval(600, 580, 620)}
    }

    def row():
        table = verdicts.judged(verdicts.predictions(), measured).set_index("hypothesis")
        return table.loc["race: half_32", ["predicted", "verdict"]].tolist()

    assert row() == [864, "fails"]
    monkeypatch.setattr(verdicts, "PREDICTIONS", changed)
    assert row() == [600, "holds"]


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((1.0, 0.9, 1.1), "holds"),
        ((1.0, 0.7, 1.1), "undecided"),
        ((0.5, 0.4, 0.7), "fails"),
        ((1.0, np.nan, np.nan), "not measured"),
    ],
)
def test_a_verdict_needs_the_whole_interval(interval, expected):
    assert verdicts.verdict(Interval(*interval), (0.8, 1.2)) == expected


def test_every_prediction_can_hold_and_fail():
    predicted = verdicts.predictions()
    assert set(predicted) == set(verdicts.MEASURED)
    for *_, one in _each(predicted):
        low, high = one["range"]
        assert verdicts.verdict(Interval(*[one["value"]] * 3), (low, high)) == "holds"
        assert verdicts.verdict(Interval(*[high + 0.01] * 3), (low, high)) == "fails"
        assert verdicts.verdict(Interval(*[low - 0.01] * 3), (low, high)) == "fails"


def test_predicted_sizes_and_levels_are_those_of_the_theory():
    onset = verdicts.predictions()["onset"]["hypotheses"]["race"]["predicts"]
    for bits in (16, 32, 64):
        assert onset[f"half_{bits}"]["value"] == pytest.approx(race_size(bits))
        if bits != 32:
            ratio = race_size(bits) / race_size(32)
            assert onset[f"half_ratio_{bits}"]["value"] == pytest.approx(ratio, abs=1e-3)
    found = [best_strength(q, 40) for q in (1, 2, 3)]
    assert found == pytest.approx(UNIT_LEVELS[1:], abs=1e-3)
