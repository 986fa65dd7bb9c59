"""Prove the theory's tests: plant one error at a time in a copy and name the test that notices.

Run by hand, `python tests/mutation/closed_forms.py`; pytest does not collect it. Exits with 1 if an
error goes unnoticed or if the untouched copy fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
THEORY = Path("src/emergence/theory")
TESTS = Path("tests/theory")


class Mutation(NamedTuple):
    """Replace `old`, which occurs once in `file`, by `new`; run the tests of `tests`."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def _mutations() -> tuple[Mutation, ...]:
    closed, extended = ("test_closed_forms.py",), ("test_extended_models.py",)
    finite, sums = ("test_finite_skills.py",), ("test_skill_sums.py",)
    loss, laws = ("test_model_loss.py",), ("test_scaling_laws.py",)
    return (
        Mutation(
            "closed_forms.py",
            "return _growth(rate, time) - np",
            "return _growth(rate / 2.0, time) - np",
            closed,
        ),
        Mutation(
            "closed_forms.py",
            "_growth(rate, time) - np.log(initial",
            "_growth(rate, time) + np.log(initial",
            closed,
        ),
        Mutation(
            "closed_forms.py",
            "0.5 * np.square(target_scale * expit(-exponent))",
            "np.square(target_scale * expit(-exponent))",
            closed,
        ),
        Mutation("closed_forms.py", "expit(-exponent)", "expit(exponent)", closed),
        Mutation(
            "closed_forms.py",
            "np.expm1(-_growth(rate, time))",
            "np.expm1(-2.0 * _growth(rate, time))",
            closed,
        ),
        Mutation(
            "closed_forms.py", "(np.log(ratio) - _log_odds", "(np.log(ratio) + _log_odds", closed
        ),
        Mutation("closed_forms.py", "below=0.5) / rate", "below=0.5) / (2.0 * rate)", closed),
        Mutation(
            "closed_forms.py",
            "data_exponent) + 1.0) * np.log1p",
            "data_exponent)) * np.log1p",
            closed,
        ),
        Mutation("validation.py", "(scale - strength) / strength", "scale / strength", closed),
        Mutation(
            "extended_models.py",
            "covered / (1.0 + np.sqrt(1.0 - covered))",
            "covered / (1.0 + np.sqrt(1.0 + covered))",
            extended,
        ),
        Mutation(
            "extended_models.py", '(count("skill", skill) - 1.0)', 'count("skill", skill)', extended
        ),
        Mutation(
            "extended_models.py",
            "np.subtract(target_scale, initial_strength)",
            "np.asarray(target_scale)",
            extended,
        ),
        Mutation(
            "finite_skills.py",
            "/ (2.0 * exponent * skill_normaliser",
            "/ (exponent * skill_normaliser",
            finite,
        ),
        Mutation(
            "finite_skills.py",
            "return -data_exponent / (data_exponent + 1.0) * total",
            "return -data_exponent * total",
            finite,
        ),
        Mutation("finite_skills.py", "* decay - offset", "* decay + offset", finite),
        Mutation(
            "skill_sums.py",
            "_BOUNDARY_COEFFICIENTS = (-1.0 / 24.0",
            "_BOUNDARY_COEFFICIENTS = (1.0 / 24.0",
            sums,
        ),
        Mutation(
            "skill_sums.py",
            "np.array([LAST_PANEL_END / exponent])",
            "np.array([LAST_PANEL_END])",
            sums,
        ),
        Mutation("skill_sums.py", "1.0 - 7.0 / 240.0 * third", "1.0 + 7.0 / 240.0 * third", sums),
        Mutation(
            "model_loss.py",
            "total = np.array(target_scale**2 / 2.0 * unlearnable)",
            "total = np.array(target_scale**2 * unlearnable)",
            loss,
        ),
        Mutation(
            "model_loss.py",
            "unseen = (target_scale - initial_strength) ** 2 / 2.0",
            "unseen = target_scale**2 / 2.0",
            loss,
        ),
        Mutation(
            "model_loss.py",
            "log_missing = np.log1p(-frequencies)",
            "log_missing = -frequencies",
            loss,
        ),
        Mutation("model_loss.py", "counts.samples / size", "counts.samples / (size + 1)", loss),
        Mutation(
            "scaling_laws.py",
            "return -exponent / (exponent + 2.0)",
            "return -exponent / (exponent + 1.0)",
            laws,
        ),
        Mutation(
            "scaling_laws.py",
            "expit(log_ratio - 2.0 * np.asarray",
            "expit(log_ratio - np.asarray",
            laws,
        ),
        Mutation(
            "scaling_laws.py",
            "ratios ** -(exponent + 1.0) / normaliser,",
            "ratios ** -(exponent + 1.0),",
            laws,
        ),
        Mutation(
            "scaling_laws.py",
            "target_scale**2 * ratios**-exponent / (2.0 * exponent",
            "target_scale**2 * ratios**-exponent / (exponent",
            laws,
        ),
        Mutation(
            "scaling_laws.py",
            "allocation ** (data_exponent / (data_exponent + 1.0))",
            "allocation ** -(data_exponent / (data_exponent + 1.0))",
            laws,
        ),
        Mutation(
            "scaling_laws.py",
            "parameter_ratio=allocation ** ((data_exponent + 2.0)",
            "parameter_ratio=allocation ** ((data_exponent + 1.5)",
            laws,
        ),
        Mutation(
            "scaling_laws.py",
            "gammaincc(power, ratios / normaliser)",
            "gammaincc(power, ratios)",
            laws,
        ),
        Mutation(
            "scaling_laws.py",
            "unseen * incomplete_gamma / (2.0 * (exponent + 1.0))",
            "unseen * incomplete_gamma / (2.0 * exponent)",
            laws,
        ),
        Mutation(
            "scaling_laws.py", "scale * (1.0 - share**exponent)", "scale * (1.0 - share)", laws
        ),
        Mutation(
            "scaling_laws.py",
            "log_ratio**power * 2.0 ** (1.0 - power)",
            "log_ratio**power * 2.0**power",
            laws,
        ),
        Mutation(
            "scaling_laws.py",
            "exponent / (exponent + 2.0) * prefactor * ratio",
            "exponent / (exponent + 1.0) * prefactor * ratio",
            laws,
        ),
        Mutation(
            "scaling_laws.py",
            "** (1.0 / (exponent + 2.0))\n    prefactor",
            "** (1.0 / (exponent + 1.0))\n    prefactor",
            laws,
        ),
        Mutation(
            "scaling_laws.py", "prefactor * power - missing", "prefactor * power + missing", laws
        ),
        Mutation(
            "scaling_laws.py",
            'if law in ("time", "data") else target_scale',
            'if law in ("time",) else target_scale',
            laws,
        ),
        Mutation(
            "prefactors.py",
            '(setting["target_scale"] ** 2 / 2.0)',
            '(setting["target_scale"] ** 2)',
            ("test_prefactors.py",),
        ),
        Mutation(
            "compute_envelope.py",
            "amount / candidates,",
            "amount / candidates**1.01,",
            ("test_compute_envelope.py",),
        ),
        Mutation(
            "regimes.py",
            "(skill / optimum.allocation) ** (data_exponent + 2.0)",
            "(skill * optimum.allocation) ** (data_exponent + 2.0)",
            ("test_regimes.py",),
        ),
        Mutation(
            "scaling_measurement.py",
            "log_loss - predicted_exponent * log_resource",
            "log_loss + predicted_exponent * log_resource",
            ("test_scaling_measurement.py",),
        ),
    )


def _environment(copy: Path) -> dict[str, str]:
    """Environment in which the copy's package is imported; RuntimeError if it is not."""
    environment = os.environ | {"PYTHONPATH": str(copy / "src"), "OMP_NUM_THREADS": "1"}
    check = [sys.executable, "-c", "import emergence; print(emergence.__file__)"]
    origin = subprocess.run(check, cwd=copy, env=environment, capture_output=True, text=True)
    if not origin.stdout.startswith(str(copy)):
        raise RuntimeError(f"the tests would import {origin.stdout.strip()}, not the copy")
    return environment


def _run(copy: Path, environment: dict[str, str], tests: tuple[str, ...]) -> tuple[int, str]:
    """Run test files of a copy until the first failure; return the exit code and its name."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    command += [str(TESTS / name) for name in tests]
    result = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    failures = re.findall(r"^(?:FAILED|ERROR) (\S+)", result.stdout, flags=re.MULTILINE)
    return result.returncode, failures[0] if failures else ""


def main() -> int:
    """Plant every mutation in turn; return 0 if each is caught."""
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve()
        shutil.copytree(REPOSITORY / "src", copy / "src")
        shutil.copytree(REPOSITORY / TESTS, copy / TESTS)
        for name in ("pyproject.toml", "tests/conftest.py"):
            shutil.copy(REPOSITORY / name, copy / name)
        environment = _environment(copy)
        mutations = _mutations()
        used = tuple(dict.fromkeys(name for mutation in mutations for name in mutation.tests))
        code, failed = _run(copy, environment, used)
        if code != 0:
            print(f"the untouched copy fails: {failed}")
            return 1
        for number, mutation in enumerate(mutations, start=1):
            path = copy / THEORY / mutation.file
            text = path.read_text()
            if text.count(mutation.old) != 1:
                print(f"{number:2d} NOT APPLICABLE {mutation.file}: {mutation.old!r}")
                survivors += 1
                continue
            path.write_text(text.replace(mutation.old, mutation.new))
            code, failed = _run(copy, environment, mutation.tests)
            path.write_text(text)
            survivors += code != 1
            verdict = f"caught by {failed}" if code == 1 else f"SURVIVED (pytest exit {code})"
            old, new = (" ".join(part.split()) for part in (mutation.old, mutation.new))
            print(f"{number:2d} {mutation.file}: {old!r} -> {new!r}\n   {verdict}", flush=True)
    print(f"{len(mutations) - survivors} of {len(mutations)} caught")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main())
