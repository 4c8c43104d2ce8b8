"""What every fetcher does, told of the real one over loopback and of the scripted one of the tests."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import pytest

from aggregator.clock import SystemClock
from aggregator.domain.feeds import (
    Failure,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    Validators,
)
from aggregator.feeds.fetch import Fetcher, HttpFetcher, guarded_client
from tests.fakes import ScriptedFetcher
from tests.webserver import Answer, WebServer, document, gzipped, redirect, web_server

BODY = b"<rss version='2.0'><channel><title>Lantern</title></channel></rss>"
ETAG = 'W/"bridge-1"'
MODIFIED = "Sat, 14 Mar 2026 11:00:00 GMT"
VALIDATORS = Validators(etag=ETAG, last_modified=MODIFIED)


class Stage(Protocol):
    """A fetcher, and a way to make an address answer in each of the ways the contract speaks of."""

    fetcher: Fetcher

    def document(self, path: str) -> str: ...
    def moved(self, path: str, to: str) -> str: ...
    def failing(self, path: str, status: int) -> str: ...
    def empty(self, path: str) -> str: ...
    def dead_host(self) -> str: ...


@dataclass
class OverLoopback:
    """The real fetcher and a real server."""

    fetcher: HttpFetcher
    server: WebServer

    def document(self, path: str) -> str:
        return self.server.serve(path, document(BODY, etag=ETAG, last_modified=MODIFIED))

    def moved(self, path: str, to: str) -> str:
        return self.server.serve(path, redirect(to))

    def failing(self, path: str, status: int) -> str:
        return self.server.serve(path, Answer(status=status, headers={"Retry-After": "60"}))

    def empty(self, path: str) -> str:
        return self.server.serve(path, Answer(body=b""))

    def dead_host(self) -> str:
        return (
            "http://127.0.0.1:1024/feed" if ":1024" not in self.server.url else "http://127.0.0.1:1025/feed"
        )


@dataclass
class Scripted:
    """The fetcher of the tests, told the answers that the real one would give."""

    fetcher: ScriptedFetcher

    def document(self, path: str) -> str:
        url = self._url(path)
        first = Fetched(url=url, body=BODY, content_type=None, validators=VALIDATORS)
        return self._script(url, first, NotModified(url=url, validators=VALIDATORS))

    def moved(self, path: str, to: str) -> str:
        url = self._url(path)
        target = self.fetcher.script[to][0]
        assert isinstance(target, Fetched)
        return self._script(url, replace(target, url=url, moved_to=to))

    def failing(self, path: str, status: int) -> str:
        kinds = {410: Failure.GONE, 429: Failure.RATE_LIMITED, 503: Failure.RATE_LIMITED}
        url = self._url(path)
        failure = kinds.get(status, Failure.HTTP)
        wait = timedelta(minutes=1)
        return self._script(url, FetchFailed(url=url, failure=failure, status=status, retry_after=wait))

    def empty(self, path: str) -> str:
        url = self._url(path)
        return self._script(url, FetchFailed(url=url, failure=Failure.EMPTY, status=200))

    def dead_host(self) -> str:
        return self._url("/not-in-the-script")

    def _url(self, path: str) -> str:
        return "https://lantern.example" + path

    def _script(self, url: str, *answers: FetchResult) -> str:
        self.fetcher.script[url] = list(answers)
        return url


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


@pytest.fixture
def http(server: WebServer) -> Iterator[HttpFetcher]:
    clock = SystemClock()
    client = guarded_client(clock=clock, allow_private=True)
    fetcher = HttpFetcher(client=client, clock=clock, allow_private=True, max_bytes=2_000_000)
    yield fetcher
    fetcher.close()


@pytest.fixture(
    params=[pytest.param("loopback", marks=pytest.mark.loopback), pytest.param("scripted")],
)
def stage(request: pytest.FixtureRequest) -> Stage:
    if request.param == "scripted":
        return Scripted(fetcher=ScriptedFetcher())
    return OverLoopback(fetcher=request.getfixturevalue("http"), server=request.getfixturevalue("server"))


def ask(stage: Stage, url: str, validators: Validators | None = None) -> FetchResult:
    return stage.fetcher(FetchRequest(url=url, validators=validators or Validators()))


def test_first_fetch_brings_body_and_validators(stage: Stage) -> None:
    url = stage.document("/feed")
    assert ask(stage, url) == Fetched(url=url, body=BODY, content_type=None, validators=VALIDATORS)


def test_second_fetch_with_the_validators_is_not_modified(stage: Stage) -> None:
    url = stage.document("/feed")
    first = ask(stage, url)
    assert isinstance(first, Fetched)
    assert ask(stage, url, first.validators) == NotModified(url=url, validators=VALIDATORS)


def test_permanent_move_is_told_under_the_address_that_was_asked(stage: Stage) -> None:
    target = stage.document("/new")
    url = stage.moved("/old", target)
    result = ask(stage, url)
    assert isinstance(result, Fetched)
    assert (result.url, result.moved_to, result.body) == (url, target, BODY)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (404, Failure.HTTP),
        (410, Failure.GONE),
        (429, Failure.RATE_LIMITED),
        (503, Failure.RATE_LIMITED),
    ],
)
def test_failed_answer_is_a_value_with_status_and_wait(stage: Stage, status: int, failure: Failure) -> None:
    url = stage.failing("/feed", status)
    result = ask(stage, url)
    assert isinstance(result, FetchFailed)
    assert (result.url, result.failure, result.status, result.retry_after) == (
        url,
        failure,
        status,
        timedelta(minutes=1),
    )


def test_empty_answer_is_a_value(stage: Stage) -> None:
    url = stage.empty("/feed")
    assert ask(stage, url) == FetchFailed(url=url, failure=Failure.EMPTY, status=200)


def test_dead_host_is_a_value(stage: Stage) -> None:
    url = stage.dead_host()
    result = ask(stage, url)
    assert isinstance(result, FetchFailed)
    assert (result.url, result.failure in (Failure.CONNECT, Failure.NAME_UNKNOWN)) == (url, True)


def test_many_threads_may_ask_at_once(stage: Stage) -> None:
    urls = [stage.document(f"/feed/{number}") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda url: ask(stage, url), urls))
    assert [result.url for result in results if isinstance(result, Fetched)] == urls


# What only a real connection can show.


@pytest.mark.loopback
def test_compressed_body_arrives_whole(server: WebServer, http: HttpFetcher) -> None:
    url = server.serve("/feed", gzipped(BODY, **{"Content-Type": "text/xml"}))
    assert http(FetchRequest(url=url)) == Fetched(
        url=url, body=BODY, content_type="text/xml", validators=Validators()
    )


@pytest.mark.loopback
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compression_bomb_is_cut_off_at_the_cap(server: WebServer, http: HttpFetcher, encoding: str) -> None:
    zeros = bytes(20_000_000)
    packed = gzip.compress(zeros) if encoding == "gzip" else zlib.compress(zeros)
    url = server.serve("/bomb", Answer(body=packed, headers={"Content-Encoding": encoding}))
    assert http(FetchRequest(url=url)) == FetchFailed(
        url=url, failure=Failure.TOO_LARGE, detail="more than 2 MB"
    )


@pytest.mark.loopback
def test_damaged_compression_is_malformed(server: WebServer, http: HttpFetcher) -> None:
    url = server.serve("/feed", Answer(body=b"not gzip", headers={"Content-Encoding": "gzip"}))
    assert http(FetchRequest(url=url)) == FetchFailed(
        url=url, failure=Failure.MALFORMED, detail="the compressed answer is damaged"
    )


@pytest.mark.loopback
@pytest.mark.parametrize("answer", [Answer(drip=True), Answer(drip_headers=True)])
def test_dripping_server_is_left_at_the_deadline(
    server: WebServer, http: HttpFetcher, answer: Answer
) -> None:
    url = server.serve("/drip", answer)
    before = SystemClock().monotonic()
    result = replace(http, deadline=0.3)(FetchRequest(url=url))
    spent = SystemClock().monotonic() - before
    assert result == FetchFailed(
        url=url, failure=Failure.TIMEOUT, detail="no whole answer within 0.3 seconds"
    )
    assert 0.2 < spent < 5


@pytest.mark.loopback
def test_connection_that_breaks_in_the_body_is_told(server: WebServer, http: HttpFetcher) -> None:
    url = server.serve("/cut", Answer(body=BODY, cut=True))
    assert http(FetchRequest(url=url)) == FetchFailed(
        url=url, failure=Failure.CONNECT, detail="the connection broke before the answer was complete"
    )


@pytest.mark.loopback
def test_plain_server_behind_https_is_a_tls_failure(server: WebServer, http: HttpFetcher) -> None:
    url = server.url.replace("http:", "https:") + "/feed"
    assert http(FetchRequest(url=url)) == FetchFailed(
        url=url, failure=Failure.TLS, detail="no secure connection could be agreed on"
    )


@pytest.mark.loopback
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1"])
def test_loopback_is_out_of_bounds_unless_allowed_however_it_is_written(server: WebServer, host: str) -> None:
    url = server.serve("/feed", Answer(body=BODY)).replace("127.0.0.1", host)
    fetcher = HttpFetcher(client=guarded_client(clock=SystemClock()), clock=SystemClock())
    result = fetcher(FetchRequest(url=url))
    fetcher.close()
    assert isinstance(result, FetchFailed)
    assert (result.failure, server.count("/feed")) == (Failure.REFUSED_ADDRESS, 0)


@pytest.mark.loopback
def test_cookies_of_one_feed_are_not_kept(server: WebServer, http: HttpFetcher) -> None:
    first = server.serve("/a", Answer(body=BODY, headers={"Set-Cookie": "id=1; Path=/"}))
    second = server.serve("/b", Answer(body=BODY))
    http(FetchRequest(url=first))
    http(FetchRequest(url=second))
    assert "cookie" not in server.asked[-1].headers


SCRIPTS: dict[str, Callable[[WebServer], str]] = {
    "relative": lambda server: server.serve("/a/old", redirect("../new", 302)),
    "absolute": lambda server: server.serve("/a/old", redirect(server.url + "/new", 302)),
}


@pytest.mark.loopback
@pytest.mark.parametrize("script", SCRIPTS)
def test_redirect_is_followed_over_one_more_request(
    server: WebServer, http: HttpFetcher, script: str
) -> None:
    server.serve("/new", Answer(body=BODY))
    url = SCRIPTS[script](server)
    result = http(FetchRequest(url=url))
    assert result == Fetched(url=url, body=BODY, content_type=None, validators=Validators())
    assert [asked.path for asked in server.asked] == ["/a/old", "/new"]
