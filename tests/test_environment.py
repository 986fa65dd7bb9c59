"""pyproject.toml, the lock files and environment.yml describe one environment."""

import importlib.metadata
import re
import shutil
import sys
import tomllib

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
    return _pins(repository / "requirements.lock")


@pytest.fixture(scope="module")
def slurm_lock(repository):
    return _pins(repository / "requirements-slurm.lock")


def _pins(path):
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    pins = [Requirement(line) for line in lines]
    for line in lines:
        exact = r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*"
        assert re.fullmatch(exact + r'(; sys_platform == "linux")?', line), line
    by_name = {canonicalize_name(pin.name): pin for pin in pins}
    assert len(by_name) == len(pins)  # no package twice
    return by_name


def _wanted(project):
    """All requirements but those of the extra slurm, which has a lock file of its own."""
    extras = project["project"]["optional-dependencies"]
    groups = [project["project"]["dependencies"], *(extras[n] for n in extras if n != "slurm")]
    return [Requirement(text) for group in groups for text in group]


def test_triton_is_locked_for_linux_to_the_version_that_torch_s_cuda_build_wants(lock):
    assert {name for name, pin in lock.items() if pin.marker} == {"triton"}
    wanted = [Requirement(text) for text in importlib.metadata.requires("torch") or ()]
    for requirement in wanted:  # none in a build for CPUs
        if requirement.name == "triton":
            assert requirement.specifier.contains(_exact(lock["triton"]))


def _exact(pin):
    (exact,) = pin.specifier
    return exact.version


def test_every_dependency_is_locked_to_a_version_it_allows(project, lock):
    for requirement in _wanted(project):
        pin = lock[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(_exact(pin)), f"{requirement} against {pin}"


def test_the_optional_extra_has_a_lock_of_its_own_beside_the_main_one(project, lock, slurm_lock):
    for text in project["project"]["optional-dependencies"]["slurm"]:
        requirement = Requirement(text)
        pin = slurm_lock[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(_exact(pin)), f"{requirement} against {pin}"
    assert not slurm_lock.keys() & lock.keys()  # it adds packages and changes none


def test_what_the_optional_extra_stands_on_is_locked_to_versions_it_allows(lock, slurm_lock):
    """Where it is installed: elsewhere its requirements are not known."""
    for name in slurm_lock:
        try:
            required = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            pytest.skip("the extra slurm is not installed")
        for requirement in map(Requirement, required):
            if requirement.marker is None or requirement.marker.evaluate():
                pin = (lock | slurm_lock)[canonicalize_name(requirement.name)]
                assert requirement.specifier.contains(_exact(pin)), f"{name}: {requirement}"


def test_workflow_test_and_lint_tools_are_declared(project):
    assert {"workflow", "test", "lint"} <= project["project"]["optional-dependencies"].keys()


def test_build_backend_is_locked(project, lock):
    for text in project["build-system"]["requires"]:
        requirement = Requirement(text)
        assert requirement.specifier.contains(_exact(lock[canonicalize_name(requirement.name)]))


def test_torch_is_locked_without_a_local_build_label(lock):
    assert str(lock["torch"]) == "torch==2.13.0"


def test_conda_installs_the_lock_and_nothing_beside_it(conda):
    plain = [d for d in conda["dependencies"] if isinstance(d, str)]
    assert [d for d in plain if not re.match(r"(python|pip|make)\b", d)] == []


@pytest.mark.filterwarnings("ignore:Creating a LegacyVersion")  # within an older pip
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
