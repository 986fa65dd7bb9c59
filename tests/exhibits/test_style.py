"""Figures look the same whoever draws them."""

import subprocess
import sys

import matplotlib


def test_settings_of_the_user_change_no_byte(tmp_path, repository):
    code = (
        "import sys\nfrom emergence.exhibits import style\n"
        "drawn, axes = style.figure()\naxes[0, 0].plot([1, 2])\nstyle.save(drawn, sys.argv[1:])"
    )
    mine = {"lines.linewidth": "9", "savefig.facecolor": "red", "font.size": "30"}
    (tmp_path / "matplotlibrc").write_text("".join(f"{k}: {v}\n" for k, v in mine.items()))
    for name, rc in (("theirs", tmp_path / "matplotlibrc"), ("none", matplotlib.__path__[0])):
        outputs = [tmp_path / f"{name}.{kind}" for kind in ("pdf", "png")]
        done = subprocess.run(
            [sys.executable, "-c", code, *outputs],
            env={"PYTHONPATH": str(repository / "src"), "MATPLOTLIBRC": str(rc)},
            cwd="/",
        )
        assert done.returncode == 0
    for kind in ("pdf", "png"):
        names = [tmp_path / f"{name}.{kind}" for name in ("theirs", "none")]
        assert names[0].read_bytes() == names[1].read_bytes()
        assert b"Date" not in names[0].read_bytes()
