"""Habits of users' machines do not reach a job: docs/surroundings.md lists what was tried."""

import shutil

import pytest

pytestmark = pytest.mark.workflow
FIGURE = "results/smoke/nam2024/figures/fig09_multilinear_model.png"
RUN = "results/smoke/nam2024/runs/time_calibration/64/0002-0002.npz"
FOLDER = "a{b}c [1] %s $HOME *"
# What a shell without a terminal reads at its start where BASH_ENV names it.
START = "cd /\nset -o noclobber\npython() { echo not this one; return 1; }\nexport -f python\n"
# A user whom no file names, as in containers.
NOBODY = """
import pwd
def getpwuid(number):
    raise KeyError(number)
pwd.getpwuid = getpwuid
"""
ALIEN = 'raise ImportError("a package of the same name from elsewhere")\n'


def _variables(folder):
    """Variables and files as users and clusters have them, all at once."""
    for package in ("paper", "emergence"):
        (folder / "packages" / package).mkdir(parents=True)
        (folder / "packages" / package / "__init__.py").write_text(ALIEN)
    (folder / "packages" / "sitecustomize.py").write_text(NOBODY)
    (folder / "start").write_text(START)
    return {
        **dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), ""),
        "BASH_ENV": str(folder / "start"),
        "PYTHONPATH": str(folder / "packages"),
        "MPLBACKEND": "module://nowhere",
        "OMP_NUM_THREADS": "",
        "HOME": "/dev/null/home",
        "XDG_CACHE_HOME": "/dev/null/cache",
        "TZ": "Not/AZone",
        "LC_ALL": "tr_TR.UTF-8",
        "COLUMNS": "1",
        "CDPATH": "/:/tmp",
        "SHELL": "/bin/false",
        "SOURCE_DATE_EPOCH": "0",
        "SLURM_JOB_ID": "7",
    }


def test_variables_and_names_of_folders_change_nothing(pristine, tmp_path):
    clone = tmp_path / "a clone [2]"
    shutil.copytree(pristine.folder, clone)
    ways = (("plain", pristine.folder, {}), (FOLDER, clone, _variables(tmp_path)))
    made = []
    for name, checkout, variables in ways:
        where = ("--snakefile", checkout / "Snakefile", "--directory", tmp_path / name)
        (tmp_path / name).mkdir()
        preset = ("--configfile", checkout / "config" / "smoke.yaml")
        command = ("--cores", 2, *where, *preset, "--", FIGURE, RUN)
        done = pristine.snakemake(*command, environment=variables)
        assert done.returncode == 0, done.stdout[-4000:]
        made.append([(tmp_path / name / path).read_bytes() for path in (FIGURE, RUN)])
    assert made[0] == made[1]
