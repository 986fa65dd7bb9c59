"""The README's recipes are valid as written, and train what they say."""

import re

import pytest
import yaml

pytestmark = pytest.mark.workflow
SMOKE = ("--configfile", "config/smoke.yaml")


@pytest.fixture(scope="module")
def recipes(repository):
    """Configurations of section "Change things", in its order."""
    section = (repository / "README.md").read_text().split("## Change things")[1].split("\n## ")[0]
    found = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    alpha, skills, experiment, architecture = map(yaml.safe_load, found)
    return {
        "alpha": alpha,
        "skills": skills,
        "experiment": experiment,
        "architecture": architecture,
    }


@pytest.mark.parametrize("name", ["alpha", "skills", "architecture"])
def test_a_recipe_plans_everything_under_its_own_name(fresh, recipes, name):
    path = fresh.preset(f"recipe_{name}", recipes[name])
    done = fresh.snakemake("--dry-run", "--cores", 1, *SMOKE, path.name)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "results/mine/manifest.json" in done.stdout
    assert "results/smoke/" not in done.stdout


def test_the_new_experiment_is_trained_alone(fresh, recipes):
    path = fresh.preset("recipe_experiment", recipes["experiment"])
    planned = fresh.planned(*SMOKE, path.name, "--", "results/mine/aggregated/wide.csv")
    assert planned == {"settings": 1, "generate": 2, "train": 2, "aggregate": 1}


def test_the_settings_file_of_the_recipes_is_ignored_by_git(repository):
    named = re.findall(
        r"--configfile (?:config/\S+ )?(\w+\.yaml)", (repository / "README.md").read_text()
    )
    assert named
    assert {f"/{name}" for name in named} <= set((repository / ".gitignore").read_text().split())


def test_another_network_trains_the_transformers_again_alone(smoke):
    path = smoke.folder / "src/emergence/models/transformer.py"
    text = path.read_text()
    assert text.count("functional.relu") == 2
    path.write_text(text.replace("functional.relu", "functional.gelu"))
    jobs = smoke.snakemake("--dry-run", "--cores", 1, *SMOKE).stdout
    assert set(re.findall(r"Training: (\w+) ", jobs)) == {"transformer", "transformer_control"}
