"""A script in a forked process: as from the command line, without the seconds of its imports."""

import os
import runpy
import sys
import traceback


def run_script(script, arguments, folder):
    """Exit status and what was said, of `script` with `arguments`, run in `folder`."""
    said = folder / "said.txt"
    child = os.fork()
    if child == 0:
        status = 70
        try:
            with said.open("w") as handle:
                os.dup2(handle.fileno(), 1)
                os.dup2(handle.fileno(), 2)
            sys.stdout = sys.stderr = os.fdopen(2, "w", buffering=1)
            os.chdir(folder)
            sys.argv = [str(script), *map(str, arguments)]
            runpy.run_path(str(script), run_name="__main__")
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    text = said.read_text()
    said.unlink()
    return os.waitstatus_to_exitcode(status), text
