"""The image that `make container` builds runs the workflow without network.

Everything happens as root with Debian's buildah, in a storage of the test's own.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.container
PACKAGES = "python3,python3-venv,make,gcc,libc6-dev"
STORAGE = '[storage]\ndriver = "vfs"\ngraphroot = "{0}/storage"\nrunroot = "{0}/run"\n'


def _run(*command, **options):
    done = subprocess.run(
        [*map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        **options,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-4000:]}"
    return done.stdout.strip()


def _pip_options(folder):
    """Options that let pip inside the build reach what pip reaches here: a copy of its settings.

    Files and folders that they name are mounted where they are.
    """
    said = _run(sys.executable, "-m", "pip", "config", "list")
    settings = dict(re.findall(r"^(?::env:\.|global\.)([a-z-]+)='(.*)'$", said, re.MULTILINE))
    lines = [f"{key} = {value}" for key, value in settings.items()]
    (folder / "pip.conf").write_text("\n".join(["[global]", *lines, ""]))
    words = " ".join(settings.values()).split()
    # The pages of an index lead to files beside it.
    indexes = [
        str(Path(word.removeprefix("file://")).parent) for word in words if "file://" in word
    ]
    mounted = {word for word in [*words, *indexes] if word[0] == "/" and os.path.exists(word)}
    mounts = {path: path for path in mounted} | {folder / "pip.conf": "/etc/pip.conf"}
    return " ".join(f"--volume {here}:{there}:ro" for here, there in mounts.items())


@pytest.fixture(scope="module")
def container(tmp_path_factory, request):
    """A container of the built image; `run` runs a command in it, `folder` is its file system."""
    if os.geteuid() or not all(map(shutil.which, ("buildah", "debootstrap"))):
        pytest.skip("needs root, buildah and debootstrap")
    folder = tmp_path_factory.mktemp("container")
    (folder / "storage.conf").write_text(STORAGE.format(folder))
    isolation = {"BUILDAH_ISOLATION": "chroot", "CONTAINERS_STORAGE_CONF": folder / "storage.conf"}
    environment = os.environ | {key: str(value) for key, value in isolation.items()}
    environment = {k: v for k, v in environment.items() if not k.startswith("PIP_")}
    # In a mount namespace of its own, where the /proc that it mounts ends with it.
    bootstrap = ("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm")
    _run("unshare", "--mount", *bootstrap, folder / "base")

    def buildah(*arguments):
        return _run("buildah", *arguments, env=environment)

    base = buildah("from", "scratch")
    buildah("copy", "--quiet", base, folder / "base", "/")
    buildah("commit", "--quiet", "--rm", base, "base")
    shutil.rmtree(folder / "base")
    options = f"--pull=never --build-arg BASE=localhost/base {_pip_options(folder)}"
    made = ("CONTAINER=buildah", "IMAGE=emergence-test", f"CONTAINER_OPTIONS={options}")
    _run("make", "container", *made, cwd=Path(request.config.rootpath), env=environment)
    name = buildah("from", "--pull=never", "localhost/emergence-test")

    class Container:
        folder = Path(buildah("mount", name)) / "emergence"

        @staticmethod
        def run(*command):
            return buildah("run", "--network", "none", name, "--", *command)

    yield Container
    buildah("umount", name)
    buildah("rm", name)
    shutil.rmtree(folder)


def test_the_versions_are_those_of_the_lock(container, repository):
    installed = container.run(".venv/bin/python", "-m", "pip", "freeze", "--exclude-editable")
    installed = set(installed.replace("+cpu", "").lower().split("\n"))
    locked = (repository / "requirements.lock").read_text().lower().split("\n")
    assert installed <= {line.partition(";")[0] for line in locked}
    assert not (container.folder / ".git").exists()


@pytest.mark.parametrize("preset", ["smoke", "redraw"])
def test_a_preset_builds_without_network(container, preset):
    said = container.run("make", "reproduce", f"PRESET={preset}", "CORES=2")
    assert re.search(rf"results/{preset}/nam2024: \d+ outputs checked", said), said[-2000:]
    assert (container.folder / "results" / preset / "nam2024" / "report.pdf").is_file()
