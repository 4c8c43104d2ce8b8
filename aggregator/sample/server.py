"""Plays the sample newsroom over HTTP on the loopback address: feeds, pages and OPML, as the clock goes on.

Takes a `Newsroom` and the moment at which it started; whoever polls it sees articles and edits arrive.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from sys import exception
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from aggregator.clock import Clock
from aggregator.domain.articles import OutletFacts
from aggregator.domain.errors import AddressInUse
from aggregator.domain.feeds import NewFeed
from aggregator.sample.newsroom import Newsroom
from aggregator.sample.pages import render_index, render_opml, render_page
from aggregator.sample.pieces import Outlet
from aggregator.sample.render import Links, Rendered, render

HOST = "127.0.0.1"

CACHE_CONTROL = "public, max-age=60"
"""Short, so that what arrives live is seen; Broadfold's own shortest interval is longer anyway."""

_log = logging.getLogger(__name__)


class NewsroomServer:
    """Serves a newsroom while it is entered as a context; port 0 takes a free one."""

    def __init__(
        self, newsroom: Newsroom, *, clock: Clock, start: datetime, port: int = 0, links: Links = "local"
    ) -> None:
        self.newsroom = newsroom
        self.clock = clock
        self.start = start
        self.port = port
        self.links = links
        self._counts: Counter[tuple[str, int]] = Counter()
        self._lock = Lock()
        self._http: _Http | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        """Listen and answer in a thread of its own. Raises AddressInUse."""
        try:
            self._http = _Http((HOST, self.port), self)
        except OSError as error:
            raise AddressInUse(HOST, self.port) from error
        self.port = self._http.server_port
        self._thread = Thread(target=self._http.serve_forever, args=(0.05,), name="newsroom", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening; the counts stay readable."""
        if self._http is not None and self._thread is not None:
            self._http.shutdown()
            self._http.server_close()
            self._thread.join()
            self._http = self._thread = None

    @property
    def url(self) -> str:
        """Return the server's address, without a slash at its end; it is settled once it listens."""
        return f"http://{HOST}:{self.port}"

    @property
    def counts(self) -> Mapping[tuple[str, int], int]:
        """Return how often each (path, status) was answered so far."""
        with self._lock:
            return Counter(self._counts)

    def feeds(self) -> tuple[NewFeed, ...]:
        """Return every feed as a subscription, in folders by country."""
        return tuple(
            NewFeed(
                url=self.url + outlet.document_of(feed),
                title=outlet.title_of(feed),
                site_url=outlet.site_url,
                folder=outlet.country,
                lang=outlet.lang,
            )
            for outlet in self.newsroom.outlets
            for feed in outlet.feeds
        )

    def opml(self) -> str:
        """Return the feeds as an OPML document, as served at /opml."""
        return render_opml(self.feeds(), start=self.start).body.decode()

    def facts(self) -> tuple[OutletFacts, ...]:
        """Return what is known of the outlets; the countries are invented, so they are names, not codes."""
        return tuple(
            OutletFacts(
                domain=outlet.domain,
                name=outlet.name,
                country=outlet.country,
                kind=outlet.kind,
                owner=outlet.owner,
                lang=outlet.lang,
            )
            for outlet in self.newsroom.outlets
        )

    def document(self, path: str) -> Rendered | None:
        """Return what is at `path` now, None where there is nothing."""
        if path == "/":
            return render_index(self.newsroom, start=self.start, base=self.url)
        if path == "/opml":
            return render_opml(self.feeds(), start=self.start)
        key, _, rest = path[1:].partition("/")
        for outlet in self.newsroom.outlets:
            if outlet.key == key:
                return self._of_outlet(outlet, path, f"/{rest}")
        return None

    def _of_outlet(self, outlet: Outlet, path: str, inner: str) -> Rendered | None:
        at = self.clock.now()
        for feed in outlet.feeds:
            if path == outlet.document_of(feed):
                return render(
                    self.newsroom,
                    outlet.key,
                    feed,
                    start=self.start,
                    at=at,
                    base=self.url,
                    links=self.links,
                )
        return render_page(self.newsroom, outlet.key, inner, start=self.start, at=at, base=self.url)

    def count(self, path: str, status: int) -> None:
        """Note one answer."""
        with self._lock:
            self._counts[path, status] += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, headers and body of one response."""

    status: HTTPStatus
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


def answer(document: Rendered | None, *, none_match: str | None, modified_since: str | None) -> Answer:
    """Decide the response to a GET from what there is and what the client already has (RFC 9110, 13)."""
    if document is None:
        body = b"There is nothing at this address. / lists the outlets, /opml all feeds.\n"
        return Answer(
            status=HTTPStatus.NOT_FOUND, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=body
        )
    etag = f'"{hashlib.sha256(document.body).hexdigest()[:32]}"'
    headers = (
        ("ETag", etag),
        ("Last-Modified", format_datetime(document.last_modified, usegmt=True)),
        ("Cache-Control", CACHE_CONTROL),
    )
    if _has_it(document, etag, none_match, modified_since):
        return Answer(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Answer(
        status=HTTPStatus.OK,
        headers=(("Content-Type", document.content_type), *headers),
        body=document.body,
    )


def _has_it(document: Rendered, etag: str, none_match: str | None, modified_since: str | None) -> bool:
    if none_match is not None:  # then If-Modified-Since is not looked at (RFC 9110, 13.1.3)
        tags = [tag.strip().removeprefix("W/") for tag in none_match.split(",")]
        return "*" in tags or etag in tags
    if modified_since is None:
        return False
    try:
        since = parsedate_to_datetime(modified_since)
        return document.last_modified <= since
    except (ValueError, TypeError):  # no HTTP date: the field is to be ignored (RFC 9110, 13.1.3)
        return False


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], newsroom: NewsroomServer) -> None:
        self.newsroom = newsroom
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if isinstance(exception(), ConnectionError):  # the client went away, which is its right
            _log.debug("%s left before its answer was written", client_address)
        else:
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Http
    server_version = "SampleNewsroom/1"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        newsroom = self.server.newsroom
        path = unquote(urlsplit(self.path).path)
        given = answer(
            newsroom.document(path),
            none_match=self.headers.get("If-None-Match"),
            modified_since=self.headers.get("If-Modified-Since"),
        )
        newsroom.count(path, given.status)
        self.send_response(given.status)
        for name, value in given.headers:
            self.send_header(name, value)
        if given.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(given.body)))
        self.end_headers()
        if with_body:
            self.wfile.write(given.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        _log.debug(format, *args)
