"""Files of the configuration: read, laid over one another, refused in one line."""

import copy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from emergence.config.load import DEFAULT_FILE, REPOSITORY, ConfigError, load_config, merge

DEFAULT = load_config([])


def _load(tmp_path, content, paper=None):
    path = tmp_path / "preset.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_config([path], paper)


def test_the_default_is_what_the_default_files_say():
    given_keys = yaml.safe_load(DEFAULT_FILE.read_text())
    for folder in given_keys["papers"]:
        block = yaml.safe_load((REPOSITORY / folder / "default.yaml").read_text())
        given_keys = merge(given_keys, block)
    assert merge(DEFAULT, given_keys) == DEFAULT
    assert DEFAULT.keys() == given_keys.keys()


def test_presets_of_the_repository_are_valid():
    presets = sorted((REPOSITORY / "config").glob("*.yaml"))
    assert {"default", "full", "smoke", "redraw"} <= {path.stem for path in presets}
    for path in presets:
        assert load_config([path])["preset"] == path.stem.replace("_", "-")


def test_presets_are_laid_over_the_default_in_order(tmp_path):
    texts = {
        "a": "preset: a\nnam2024: {experiments: {time: {runs: 2, steps: 50}}}",
        "b": "preset: b\nnam2024: {experiments: {time: {runs: 9}}}",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    config = load_config([tmp_path / "a", tmp_path / "b"], "nam2024")
    default = load_config([], "nam2024")
    assert (config["preset"], config["paper"]) == ("b", "nam2024")
    expected = default["experiments"]["time"] | {"runs": 9, "steps": 50}
    assert config["experiments"] == default["experiments"] | {"time": expected}
    assert config["task"] == default["task"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"preset: caf\xe9\n", "not UTF-8"),
        ("preset: [1", "not valid YAML"),
        ("preset: !!python/object/apply:os.mkdir ['made']", "not valid YAML"),
        ("root_seed: " + "1" * 5000, "not valid YAML"),
        ("preset: " + "[" * 5000 + "]" * 5000, "not valid YAML"),
        ("", "must hold a mapping"),
        ("5: x", "unknown key 5"),
        ("preset: x\npreset: y\n", "gives 'preset' twice, in lines 1 and 2"),
        ("nam2024:\n  task: {kind: x, n_skills: 9, kind: y}\n", "gives 'kind' twice, in lines 2"),
        ("a: [{x: 1, x: 2}]\n", "gives 'x' twice"),
        (
            "papers: [paper/none]",
            "papers: paper/none is not allowed; must be a folder with a paper",
        ),
        ("papers: [elsewhere/training]", "the key training is taken"),
    ],
)
def test_a_malformed_file_is_refused_and_named(tmp_path, monkeypatch, content, said):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, content)
    assert said in str(caught.value)
    assert str(caught.value).count("config file") <= 1
    assert [path.name for path in tmp_path.iterdir()] == ["preset.yaml"]


def test_an_absent_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read config file .*absent\.yaml: No such"):
        load_config([tmp_path / "absent.yaml"])
    with pytest.raises(ConfigError, match=r"cannot read .*: Is a directory"):
        load_config([tmp_path])


def test_a_paper_elsewhere_brings_its_own_task(tmp_path):
    papers = f"papers: [{REPOSITORY / 'tests' / 'toy'}]\n"
    own = "toy: {experiments: {line: {task: {slope: %s}}}}\n"
    config = _load(tmp_path, papers + own % 5 + "nam2024: {of a paper: that is not built}", "toy")
    assert config["task"] == {"kind": "tests.toy.task:Line", "n_inputs": 3, "slope": 2.0}
    assert config["experiments"]["line"]["task"] == {"slope": 5.0}
    assert "nam2024" not in config
    with pytest.raises(ConfigError, match=r"toy\.experiments\.line\.task\.slope: 'x' is not allo"):
        _load(tmp_path, papers + own % "x")


def test_the_default_of_a_paper_is_its_block(tmp_path):
    folder = tmp_path / "short"
    folder.mkdir()
    (folder / "paper.py").write_text(
        "from emergence.config.paper_block import PaperBlock as Settings"
    )
    (folder / "default.yaml").write_text("long: {}")
    with pytest.raises(ConfigError, match="must hold the key short, and no other"):
        _load(tmp_path, f"papers: [{folder}]")


nested = st.recursive(
    st.integers(),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)
mappings = st.dictionaries(st.sampled_from("abc"), nested, max_size=3)


@given(mappings, mappings, mappings)
def test_merging_is_associative_and_shares_nothing_with_its_arguments(a, b, c):
    def clash(x, y):
        return any(
            isinstance(x[k], dict) != isinstance(y[k], dict)
            or (isinstance(x[k], dict) and clash(x[k], y[k]))
            for k in x.keys() & y.keys()
        )

    if not (clash(a, b) or clash(b, c) or clash(a, c)):
        assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert merge(a, {}) == merge({}, a) == merge(a, a) == a
    before = copy.deepcopy((a, b))
    for value in merge(a, b).values():
        if isinstance(value, dict):
            value["new"] = 1
    assert (a, b) == before
