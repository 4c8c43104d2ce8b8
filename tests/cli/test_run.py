"""`broadfold run` from its start to its end, as a process of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Timer

import pytest

from aggregator.settings import Settings
from aggregator.storage import open_storage

pytestmark = pytest.mark.loopback

FEEDS = ["http://127.0.0.1:8/front.xml", "http://127.0.0.1:8/herald.xml"]
"""Private addresses, which are refused before anything is sent."""

STOPPING = "Stopping, once the jobs that run have ended. Ctrl-C again stops at once.\n"
PATIENCE = 90.0
"""Seconds after which a process that has not ended is killed, so that its test fails instead of hanging."""

STARTER = """<opml version="2.0"><body><outline text="Veldmark">
<outline type="rss" text="The Lantern" xmlUrl="http://127.0.0.1:8/front.xml" htmlUrl="http://127.0.0.1:8/"/>
<outline type="rss" text="The Herald" xmlUrl="http://127.0.0.1:8/herald.xml" htmlUrl="http://127.0.0.1:8/"/>
<outline type="rss" text="Old" xmlUrl="gopher://old.example/feed"/>
</outline></body></opml>"""


@pytest.fixture
def place(folder: Path) -> Path:
    """An empty working directory with a starter list whose feeds may not be fetched."""
    (folder / "config").mkdir()
    (folder / "config" / "feeds.opml").write_text(STARTER)
    return folder


@contextmanager
def running(place: Path, *words: str) -> Iterator["subprocess.Popen[str]"]:
    """Start `broadfold run` there; it is gone afterwards, whatever the test did."""
    process = subprocess.Popen(
        [sys.executable, "-m", "aggregator.cli", "run", *words],
        cwd=place,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = Timer(PATIENCE, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        if process.poll() is None:
            process.kill()
        process.communicate()


def said_until(process: "subprocess.Popen[str]", words: str) -> str:
    """Return what it printed up to and with the first line that holds the words."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    errors = process.stderr.read() if process.stderr else ""
    raise AssertionError(f"it ended without saying {words!r}: {said}{errors}")


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Ask it to end as a service manager does; return its exit code and the rest of what it said."""
    process.send_signal(signal.SIGTERM)
    out, errors = process.communicate(timeout=PATIENCE)
    return process.returncode, out, errors


def got(said: str, path: str) -> tuple[int, str]:
    """Return status and body of a page of the site whose address was printed."""
    found = re.search(r"http://127\.0\.0\.1:(\d+)", said)
    assert found is not None
    connection = HTTPConnection("127.0.0.1", int(found[1]), timeout=PATIENCE)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def stored_feeds(place: Path) -> list[str]:
    storage = open_storage(Settings(data=place / "data").storage_url())
    with storage.reading() as work:
        feeds = [feed.url for feed in work.feeds.all()]
    storage.close()
    return sorted(feeds)


def test_first_start_imports_the_starter_serves_and_ends_cleanly(place: Path) -> None:
    with running(place, "--port", "0") as process:
        said = said_until(process, "None of the 2 feeds could be read")
        assert f"First start: imported 2 feeds from {Path('config/feeds.opml')}." in said
        assert f"Your data lies in {place / 'data'}." in said
        assert "The pages are at http://127.0.0.1:" in said
        assert got(said, "/healthz")[0] == 200
        status, page = got(said, "/feeds")
        assert (status, "127.0.0.1" in page, "allow_private_addresses" in page) == (200, True, True)
        code, out, errors = ended(process)
    assert (code, out, "Traceback" in errors) == (0, STOPPING, False)
    assert "Not imported: gopher://old.example/feed (Old), because " in errors
    assert stored_feeds(place) == FEEDS


def test_second_start_imports_nothing_again(place: Path) -> None:
    with running(place, "--port", "0") as process:
        said_until(process, "The pages are at")
        ended(process)
    (place / "config" / "feeds.opml").write_text(STARTER.replace("front.xml", "other.xml"))
    with running(place, "--port", "0") as process:
        said = said_until(process, "The pages are at")
        code, _, _ = ended(process)
    assert (code, "First start" in said) == (0, False)
    assert stored_feeds(place) == FEEDS


def test_without_a_starter_it_says_how_to_add_feeds(place: Path) -> None:
    with running(place, "--port", "0", "--starter", "none.opml") as process:
        said = said_until(process, "The pages are at")
        code, _, _ = ended(process)
    assert (code, "There are no feeds yet" in said, "broadfold feeds add ADDRESS" in said) == (0, True, True)


def test_taken_port_ends_with_1_and_a_sentence(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(place, "--port", str(port)) as process:
            _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"broadfold: 127.0.0.1:{port} is already in use by another program." in errors
    assert "Traceback" not in errors
