"""The app's real server, and a headless Chromium in front of it which nothing but 127.0.0.1 is let through to."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from app.main import PAGES
from ingest.core.paths import Paths

CHECKOUT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
_SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps", "--window-size=1280,900",
)  # fmt: skip
# the script has run, every chart and table has replaced the grey bars that stand for it
_READY = """
const app = document.querySelector('[data-testid=stApp]');
return app && app.getAttribute('data-test-script-state') === 'notRunning' && document.querySelector('h2') !== null
    && !document.querySelector('[data-testid=stSkeleton]') && !document.querySelector('[data-stale=true]');
"""
_TALLEST = 9000  # pixels; a page that is longer is cut in its picture


@dataclass
class Visitor:
    """A browser in front of the app."""

    browser: webdriver.Chrome
    address: str
    asked: set[str] = field(default_factory=set)

    def as_on(self, theme: str, width: int, height: int = 900) -> None:
        """Light or dark, on a screen of this width."""
        preference = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    def open(self, page: str) -> None:
        """Goes to an address and waits for all of the page. The first page stands where no page is named."""
        self.browser.get(f"{self.address}/{'' if page == PAGES[0][0] else page}")
        self.wait()

    def wait(self) -> None:
        WebDriverWait(self.browser, 60, poll_frequency=0.05).until(lambda browser: browser.execute_script(_READY))

    def text(self) -> str:
        return str(self.browser.find_element(By.CSS_SELECTOR, "[data-testid=stMain]").text)

    def picture(self, file: Path, theme: str, width: int) -> None:
        """The open page from its top to its end as a PNG."""
        height = self.browser.execute_script("return document.querySelector('[data-testid=stMain]').scrollHeight")
        self.as_on(theme, width, min(int(height) + 80, _TALLEST))
        self.wait()
        self.browser.save_screenshot(str(file))

    def hosts(self) -> set[str]:
        """Every host this browser has asked for anything so far."""
        for entry in self.browser.get_log("performance"):
            told = json.loads(entry["message"])["message"]
            if told["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                url = urlsplit(told["params"].get("url") or told["params"]["request"]["url"])
                if url.scheme in ("http", "https", "ws", "wss"):
                    self.asked.add(str(url.hostname))
        return self.asked


@contextmanager
def serving(paths: Paths) -> Iterator[str]:
    """`cx app` over what is published there: its address."""
    port = free_port()
    with started(("app", "--port", str(port)), paths, f"http://127.0.0.1:{port}/_stcore/health", paths.root / "app.log"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def started(
    arguments: Sequence[str], paths: Paths, healthy: str, log: Path, seconds: int = 60
) -> Iterator[subprocess.Popen[bytes]]:
    """A `cx` command that serves, from when its address `healthy` answers; ended afterwards. What it prints stands in `log`."""
    command = [sys.executable, "-m", "orchestration.cli", *arguments]
    environment = {**os.environ, "CX_DATA_DIR": str(paths.root)}
    with (
        log.open("w", encoding="utf-8") as told,
        subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=told, stderr=told, start_new_session=True) as process,
    ):
        try:
            _wait_for(healthy, process, log, seconds)
            yield process
        finally:
            _end(process)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Asks it to end, then ends its group: where interrupts are ignored, what `cx ui` has started does not hear that it should."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=15)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path, seconds: int) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """A headless browser that keeps what it keeps in `profile`."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for switch in (*_SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=str(DRIVER))) as browser:
        yield browser
