"""Headless Chromium for tests: the few commands of the WebDriver protocol that they need."""

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
_OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1600,1000"),
    *("--disable-quic", "--disable-sync", "--disable-background-networking"),
    *("--disable-component-update", "--no-first-run"),
)
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's own name for a reference


class Browser:
    """One window without network; the driver's process ends with `close`."""

    def __init__(self, profile: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [DRIVER, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._until(self._ready)
        options = {"binary": CHROMIUM, "args": [*_OPTIONS, f"--user-data-dir={profile}"]}
        wanted = {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }
        session = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self._url += f"/session/{session['sessionId']}"
        offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        self._chromium("Network.enable", {})
        self._chromium("Network.emulateNetworkConditions", offline)

    def close(self) -> None:
        """End the window and its driver."""
        try:
            self._call("DELETE", "")
        finally:
            self._process.terminate()
            self._process.wait()

    def open(self, address: str) -> None:
        """Load an address."""
        self._call("POST", "/url", {"url": address})

    def run(self, code: str, *arguments):
        """What a script returns in the window or the chosen frame; `arguments` are its own."""
        return self._call("POST", "/execute/sync", {"script": code, "args": list(arguments)})

    def click(self, path: str) -> None:
        """Click the first element of an XPath once it is there and takes up space.

        Through the page's own click(): a click at a point misses what is still sliding in.
        """
        self.wait(
            lambda: self.run(
                """const found = document.evaluate(arguments[0], document, null,
                    XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue;
                if (!found || !found.getClientRects().length) return false;
                found.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
                return true""",
                path,
            )
        )

    def type(self, path: str, text: str) -> None:
        """Type into the first element of an XPath."""
        element = self.wait(lambda: self._find(path))
        self._call("POST", f"/element/{element}/value", {"text": text})

    def slide(self, name: str, value: float) -> None:
        """Move the slider of this name, as its user would."""
        self.run(
            """const slider = document.querySelector(`input[name=${arguments[0]}]`);
            slider.value = arguments[1];
            slider.dispatchEvent(new Event('input', {bubbles: true}))""",
            name,
            value,
        )

    def hover(self, x: float, y: float) -> None:
        """Move the mouse to a point of the window."""
        self._chromium("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})

    def wait(self, condition, seconds: float = 60.0):
        """The first value of `condition` that counts as true; fails the test after `seconds`."""
        return self._until(condition, seconds)

    def log(self, kind: str) -> list:
        """Entries since the last call: of kind browser (the console) or performance (requests)."""
        return self._call("POST", "/se/log", {"type": kind})

    def requests(self) -> list[str]:
        """Addresses asked for since the log was last read, but those of Chromium's start page."""
        messages = [json.loads(entry["message"])["message"] for entry in self.log("performance")]
        sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
        own = ("chrome://", "chrome-untrusted://")
        return [p["request"]["url"] for p in sent if not p["documentURL"].startswith(own)]

    def _find(self, path: str):
        found = self._call("POST", "/elements", {"using": "xpath", "value": path})
        return found[0][_ELEMENT] if found else None

    def _ready(self):
        try:
            return self._call("GET", "/status")["ready"]
        except OSError:
            return False

    def _chromium(self, command: str, parameters: dict) -> None:
        self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _call(self, method: str, path: str, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            told = json.load(error)["value"]
            raise AssertionError(f"{told['error']}: {told['message']}") from error

    @staticmethod
    def _until(condition, seconds: float = 60.0):
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert time.monotonic() < end, "the browser did not get there in time"
            time.sleep(0.05)
        return found
