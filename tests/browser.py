"""A real Chromium for tests, and a server on loopback for it to open: fixtures for any conftest to import.

A test that uses them carries `pytest.mark.browser`. Without a Chromium it skips and says so; under
CI=true it fails, so that nobody believes that pages were looked at when they were not.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    # A name that is not this machine must fail at once, so that a page which asks for one is found out.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


SPARING = "Object.defineProperty(navigator, 'connection', {value: {saveData: true}});"


class QuietHandler(WSGIRequestHandler):
    """Keeps the request log out of the tests' output."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        pass


def find_chromium(playwright: Playwright) -> str | None:
    """Return a Chromium on the PATH, else the one that `playwright install` put here, else None."""
    on_path = next(filter(None, map(shutil.which, NAMES)), None)
    own = playwright.chromium.executable_path
    return on_path or (own if Path(own).exists() else None)


def whole(app: "WSGIApplication") -> "WSGIApplication":
    """Answer in one piece: werkzeug's server leaves a file open when the browser hangs up in the middle."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        pieces = app(environ, start_response)
        try:
            return [b"".join(pieces)]
        finally:
            if hasattr(pieces, "close"):
                pieces.close()

    return answer


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve `app` on a free port of 127.0.0.1 from another thread and yield its address."""
    server = make_server("127.0.0.1", 0, whole(app), threaded=True, request_handler=QuietHandler)
    thread = Thread(target=server.serve_forever, name="pages", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Sheet:
    """A browser page, with everything that went wrong on it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", lambda line: self._hear(line.type, line.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def _hear(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, started once a worker."""
    with sync_playwright() as playwright:
        program = find_chromium(playwright)
        if program is None:
            missing = "no Chromium on the PATH: apt-get install chromium, or playwright install chromium"
            if os.environ.get("CI") == "true":
                pytest.fail(missing, pytrace=False)
            pytest.skip(missing)
        running = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Sheet]]:
    """Open an address in a fresh profile; keywords are those of Playwright's `new_context`.

    With `saves_data` the reader's device asks sites to be sparing: no story is kept ahead of reading, which
    for a test that is about something else would be the most of its work.
    """
    with ExitStack() as stack:

        def opened(address: str, *, saves_data: bool = False, **options: Any) -> Sheet:
            context = stack.enter_context(chromium.new_context(**options))
            if saves_data:
                context.add_init_script(SPARING)
            sheet = Sheet(page=context.new_page())
            sheet.watch()
            sheet.page.goto(address)
            return sheet

        yield opened


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """Serve an app until the test ends and return its address."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(serving(app))
