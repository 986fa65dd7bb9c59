"""The corrected model: a delay from two skills, on top of the single skill's curve."""

import numpy as np
import pandas as pd

from paper.nam2024.networks.corrected import corrected


def _table(resource, ratios):
    rows = [
        {"resource": resource, "skill": skill, "level": 0.5, "measured": 10.0, "ratio": ratio}
        for skill, ratio in enumerate(ratios, start=1)
    ]
    return pd.DataFrame(rows)


def _corrected(delay):
    columns = ["study", "quantity", "value", "low", "high"]
    measured = pd.DataFrame([("exponent", "pair_delay", delay, 0.0, 0.2)], columns=columns)
    late = [1.0, 1 / 1.1, 1 / 1.2]
    tables = [_table("time", [1.1, 1.0, 0.9]), _table("time", late)]
    tables += [_table("data", [2.0, 2.0, 2.0]), _table("data", late)]
    return corrected(*tables, None if delay is None else measured)


def test_the_delay_of_two_skills_corrects_the_times_of_many():
    found = _corrected(0.1)
    time, data = (found[found["resource"] == one] for one in ("time", "data"))
    np.testing.assert_allclose(time["corrected"], 0.0, atol=1e-12)
    np.testing.assert_allclose(time["model"], [0.1, 0.0, -0.1])
    np.testing.assert_allclose(data["corrected"], data["transfer"])


def test_without_the_study_only_time_is_not_corrected():
    found = _corrected(None).groupby("resource")["corrected"].agg(lambda x: x.isna().all())
    assert found.to_dict() == {"data": False, "time": True}
