"""Settings with the paper's numbers, and tables of runs made from curves whose truth is known."""

import numpy as np
import pandas as pd


def paper_settings(resource="time", n_skills=5, **changes):
    """What the analysis reads of an experiment's settings."""
    task = {"n_skills": n_skills, "skill_bits": 32, "sparse_bits": 3}
    task |= {"data_exponent": 0.6, "target_scale": 5.0}
    training = {"learning_rate": 0.02, "initial_std": 0.01, "root_seed": 3}
    return {"experiment": "tiny", "resource": resource, **training, "task": task} | changes


def runs_table(strength, x, resource="time", **others):
    """The table of runs from strengths (runs, skills, points), and others of that shape."""
    run, skill, point = np.indices(strength.shape)
    at = np.asarray(x)[point]
    axis = {"value": 1000, "step": at} if resource == "time" else {"value": at, "step": 40}
    columns = {"run": run, "skill": skill + 1, **axis, "strength": strength, **others}
    flat = {name: np.broadcast_to(values, at.shape).ravel() for name, values in columns.items()}
    return pd.DataFrame(flat).assign(experiment="tiny")
