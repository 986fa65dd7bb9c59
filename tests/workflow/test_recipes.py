"""The README's recipes are valid as written, and train what they say."""

import re

import pytest
import yaml

from emergence.config.load import load_config

pytestmark = pytest.mark.workflow


def test_recipes_plan_what_they_say_under_their_own_name(pristine, repository, tmp_path):
    readme = (repository / "README.md").read_text()
    section = readme.split("## Change things")[1].split("\n## ")[0]
    files = []
    for number, text in enumerate(re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(text)
        assert load_config([files[-1]])["preset"] == "mine"
    experiments = [yaml.safe_load(path.read_text())["nam2024"].get("experiments") for path in files]
    assert len(files) == 4
    assert [list(block) for block in experiments if block] == [["wide"], ["transformer"]]
    (target,) = re.findall(r"`snakemake .* -- (results/mine\S+)`", section)
    smoke = ("--configfile", "config/smoke.yaml", *files)
    planned = pristine.planned(*smoke, "--", target)
    assert planned == {"settings": 1, "generate": 2, "train": 2, "aggregate": 1}
    said = pristine.dry_run(*smoke)
    assert "results/mine/nam2024/manifest.json" in said
    assert "results/smoke/" not in said


def test_the_settings_file_of_the_recipes_is_ignored_by_git(repository):
    named = re.findall(
        r"--configfile (?:config/\S+ )?(\w+\.yaml)", (repository / "README.md").read_text()
    )
    assert named
    assert {f"/{name}" for name in named} <= set((repository / ".gitignore").read_text().split())
