"""The full preset is the protocol of the paper (App. K)."""

from emergence.config.load import REPOSITORY, load_config

# Settings that App. K leaves open: discrepancies 1, 2, 5 and 6. n_s, width or sweep, runs, steps,
# batch, rate (0.05 after its halving at pass 0 for data), σ, decay.
PROTOCOL = {
    "time": (5, [1000], 10, 30_000, 4000, 0.02, 0.01, 0.0),
    "data": (5, [1000], 10, 500_000, 2000, 0.025, 0.001, 0.0),
    "parameters": (5, list(range(1, 21)), 50, 500_000, 4000, 0.05, 0.05, 5e-3),
    "time_calibration": (1, [1000], 50, 2_500, 4000, 0.02, 0.01, 0.0),
    "data_calibration": (1, [1000], 50, 30_000, 2000, 0.025, 0.001, 0.0),
    "parameter_calibration": (1, list(range(1, 13)), 50, 50_000, 4000, 0.05, 0.05, 5e-3),
}


def test_the_full_preset_is_the_protocol():
    config = load_config([REPOSITORY / "config" / "full.yaml"], "nam2024")
    for name, numbers in PROTOCOL.items():
        block = config["experiments"][name]
        n_skills = (config["task"] | block.get("task", {}))["n_skills"]
        sizes = [block[key] for key in ("widths", "runs", "steps", "batch_size")]
        rates = [block[key] for key in ("learning_rate", "initial_std", "weight_decay")]
        assert (n_skills, *sizes, *rates) == numbers, name
        assert block["optimizer"] == ("adam" if "parameter" in name else "sgd")
        assert bool(block["schedule"]) == (not name.startswith("time"))
        assert block["measure_every"] == (50 if "time" in name else None)
    grid = [*range(500, 10001, 500), *range(11000, 15001, 1000), *range(20000, 35001, 5000)]
    assert config["experiments"]["data"]["dataset_sizes"] == grid
    assert config["experiments"]["data"]["schedule"] == {"factor": 0.5, "every": 50_000}
    sizes = config["experiments"]["data_calibration"]["dataset_sizes"]
    assert sizes == list(range(100, 2001, 100))
