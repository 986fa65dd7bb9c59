"""Headless Chromium for tests: what a script sees that is appended to a page."""

import html
import json
import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="needs chromium")
_VIRTUAL_MS = 100_000  # of the page's clock, which runs on while it has nothing to do


def seen(page, script, folder):
    """What the body of an asynchronous function returns that runs in the page, without network."""
    appended = (
        "<script>(async () => {" + script + "})().catch(error => String(error))"
        ".then(found => { document.title = JSON.stringify(found); })</script>"
    )
    before, _, after = page.rpartition("</body>")  # libraries in a page may hold the word
    (folder / "page.html").write_text(f"{before}{appended}</body>{after}")
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1600,1000")
    options += (f"--user-data-dir={folder}/profile", f"--virtual-time-budget={_VIRTUAL_MS}")
    options += ("--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom")
    command = [CHROMIUM, *options, (folder / "page.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(html.unescape(re.search("<title>(.*?)</title>", done.stdout)[1]))
