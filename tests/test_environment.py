"""pyproject.toml, requirements.lock and environment.yml describe one environment."""

import re
import shutil
import sys
import tomllib
from importlib.metadata import requires

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version


@pytest.fixture(scope="module")
def project(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def conda(repository):
    return yaml.safe_load((repository / "environment.yml").read_text())


@pytest.fixture(scope="module")
def lock(repository):
    lines = (repository / "requirements.lock").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in pins}


def _wanted(project):
    extras = project["project"]["optional-dependencies"]
    groups = [project["project"]["dependencies"], *extras.values()]
    return [Requirement(text) for group in groups for text in group]


def test_every_lock_entry_is_one_exact_version(repository, lock):
    lines = (repository / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(pins) == len(lock)  # no package twice
    for line in pins:
        exact = r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*"
        assert re.fullmatch(exact + r'(; sys_platform == "linux")?', line), line


def test_triton_is_locked_for_linux_to_the_version_that_torch_s_cuda_build_wants(lock):
    assert {name for name, pin in lock.items() if pin.marker} == {"triton"}
    wanted = [Requirement(text) for text in requires("torch") or ()]
    for requirement in wanted:  # none in a build for CPUs
        if requirement.name == "triton":
            (exact,) = lock["triton"].specifier
            assert requirement.specifier.contains(exact.version)


def test_every_dependency_is_locked_to_a_version_it_allows(project, lock):
    for requirement in _wanted(project):
        pin = lock[canonicalize_name(requirement.name)]
        (exact,) = pin.specifier
        assert requirement.specifier.contains(exact.version), f"{requirement} against {pin}"


def test_workflow_test_and_lint_tools_are_declared(project):
    assert {"workflow", "test", "lint"} <= project["project"]["optional-dependencies"].keys()


def test_build_backend_is_locked(project, lock):
    for text in project["build-system"]["requires"]:
        requirement = Requirement(text)
        (exact,) = lock[canonicalize_name(requirement.name)].specifier
        assert requirement.specifier.contains(exact.version)


def test_torch_is_locked_without_a_local_build_label(lock):
    assert str(lock["torch"]) == "torch==2.13.0"


def test_conda_installs_the_lock_and_nothing_beside_it(conda):
    plain = [d for d in conda["dependencies"] if isinstance(d, str)]
    assert [d for d in plain if not re.match(r"(python|pip|make)\b", d)] == []


def test_pip_reads_the_lock_and_this_project_in_its_section(repository, conda, lock, tmp_path):
    """Conda hands the section to pip as a requirements file, whose lines allow few options."""
    from pip._internal.network.session import PipSession
    from pip._internal.req.req_file import parse_requirements

    (section,) = [d["pip"] for d in conda["dependencies"] if isinstance(d, dict)]
    shutil.copy(repository / "requirements.lock", tmp_path)
    (tmp_path / "condaenv.txt").write_text("\n".join(section) + "\n")
    parsed = list(parse_requirements(str(tmp_path / "condaenv.txt"), session=PipSession()))
    assert [r.requirement for r in parsed if r.is_editable] == ["."]
    pins = [Requirement(r.requirement) for r in parsed if not r.is_editable]
    assert {canonicalize_name(pin.name): pin for pin in pins} == lock


def test_python_versions_agree(project, conda):
    allowed = SpecifierSet(project["project"]["requires-python"])
    (pin,) = [d for d in conda["dependencies"] if isinstance(d, str) and d.startswith("python=")]
    version = pin.removeprefix("python=")
    assert allowed.contains(Version(version))
    assert project["tool"]["ruff"]["target-version"] == "py" + min(
        spec.version for spec in allowed if spec.operator == ">="
    ).replace(".", "")
    assert allowed.contains(Version(".".join(map(str, sys.version_info[:3]))))


def test_every_third_party_import_is_declared(repository, project):
    """A module that is imported but not declared works only by luck of what else is installed."""
    import ast

    distributions = {"yaml": "pyyaml", "mpl_toolkits": "matplotlib"}
    runtime = {canonicalize_name(Requirement(d).name) for d in project["project"]["dependencies"]}
    gpu = {Requirement(d).name for d in project["project"]["optional-dependencies"]["gpu"]}
    undeclared = set()
    for path in [*(repository / "src").rglob("*.py"), *(repository / "scripts").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                if top in sys.stdlib_module_names or top == "emergence":
                    continue
                if path.name.startswith("triton_") and top in gpu:
                    continue
                if canonicalize_name(distributions.get(top, top)) not in runtime:
                    undeclared.add(f"{path.name}: {top}")
    assert not undeclared
