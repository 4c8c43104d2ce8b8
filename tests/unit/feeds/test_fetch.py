"""The HTTP fetcher against scripted transports: every answer and every failure is a value."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from aggregator.domain.feeds import (
    Failure,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    Validators,
)
from aggregator.feeds.fetch import HttpFetcher
from tests.fakes import FrozenClock

URL = "https://lantern.example/feed"
BODY = b"<rss/>"

Answering = Callable[[httpx2.Request], httpx2.Response]


def fetch(
    answer: Answering | dict[str, httpx2.Response], *, clock: FrozenClock | None = None, **fields: Any
) -> FetchResult:
    """Fetch `URL` from a transport that answers by function or by address."""
    validators = fields.pop("validators", Validators())
    handler = answer if callable(answer) else (lambda request: answer[str(request.url)])
    with httpx2.Client(transport=httpx2.MockTransport(handler)) as client:
        fetcher = HttpFetcher(client=client, clock=clock or FrozenClock(), **fields)
        return fetcher(FetchRequest(url=URL, validators=validators))


def respond(status: int = 200, body: bytes = BODY, **headers: str) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(status, content=body, headers=named)


def redirect(target: str, status: int) -> httpx2.Response:
    return httpx2.Response(status, headers={"Location": target})


def fetched(**fields: Any) -> Fetched:
    values: dict[str, Any] = {"url": URL, "body": BODY, "content_type": None, "validators": Validators()}
    return Fetched(**values | fields)


def test_body_arrives_with_its_type_validators_and_freshness() -> None:
    result = fetch(
        lambda _: respond(
            etag='W/"a-1"',
            last_modified="Sat, 14 Mar 2026 11:00:00 GMT",
            content_type="application/rss+xml; charset=utf-8",
            cache_control="public, max-age=3600",
        )
    )
    assert result == fetched(
        content_type="application/rss+xml; charset=utf-8",
        validators=Validators(etag='W/"a-1"', last_modified="Sat, 14 Mar 2026 11:00:00 GMT"),
        max_age=timedelta(hours=1),
    )


def test_request_names_broadfold_and_asks_for_feeds() -> None:
    seen: list[httpx2.Headers] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.headers)
        return respond()

    fetch(answer)
    assert seen[0]["user-agent"].startswith("Broadfold/")
    assert seen[0]["user-agent"].endswith(" (+feed reader)")
    assert "application/rss+xml" in seen[0]["accept"]
    assert not {"if-none-match", "if-modified-since", "cookie"} & set(seen[0])


def test_validators_are_echoed_byte_for_byte() -> None:
    raw = b'"caf\xe9 unquoted\xff"'
    seen: list[tuple[bytes, bytes]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.extend(request.headers.raw)
        return httpx2.Response(200, content=BODY, headers=[(b"ETag", raw), (b"Last-Modified", b"yesterday")])

    first = fetch(answer)
    assert isinstance(first, Fetched)
    fetch(answer, validators=first.validators)
    assert [pair for pair in seen if pair[0].lower().startswith(b"if-")] == [
        (b"If-None-Match", raw),
        (b"If-Modified-Since", b"yesterday"),
    ]


def test_304_carries_only_what_it_sent_itself() -> None:
    result = fetch(
        lambda _: respond(304, b"", etag='"b"', cache_control="max-age=60"),
        validators=Validators(etag='"a"', last_modified="x"),
    )
    assert result == NotModified(url=URL, validators=Validators(etag='"b"'), max_age=timedelta(minutes=1))


def test_304_that_nobody_asked_for_is_a_failure() -> None:
    result = fetch(lambda _: respond(304, b""))
    assert result == FetchFailed(url=URL, failure=Failure.HTTP, detail="304 Not Modified", status=304)


@pytest.mark.parametrize("value", ["no-cache, max-age=60", "private, no-store", "max-age=", ""])
def test_answer_that_may_not_be_kept_has_no_freshness(value: str) -> None:
    assert fetch(lambda _: respond(cache_control=value)) == fetched()


def test_absurd_freshness_is_cut_to_a_year() -> None:
    assert fetch(lambda _: respond(cache_control="max-age=99999999999999")) == fetched(
        max_age=timedelta(days=365)
    )


@pytest.mark.parametrize(
    ("hops", "moved_to"),
    [
        ([301], "https://lantern.example/1"),
        ([308, 301], "https://lantern.example/2"),
        ([302], None),
        ([303, 301], None),
        ([307, 308], None),
        ([301, 302], "https://lantern.example/1"),
        ([301, 302, 301], "https://lantern.example/1"),
    ],
)
def test_feed_has_moved_as_far_as_redirects_are_permanent_from_the_start(
    hops: list[int], moved_to: str | None
) -> None:
    pages = {URL: redirect("/1", hops[0])}
    for number, status in enumerate(hops[1:], start=1):
        pages[f"https://lantern.example/{number}"] = redirect(f"/{number + 1}", status)
    pages[f"https://lantern.example/{len(hops)}"] = respond()
    assert fetch(pages) == fetched(moved_to=moved_to)


def test_redirect_may_lead_to_another_host_and_loses_its_fragment() -> None:
    pages = {
        URL: redirect("//mirror.example/feed#latest", 301),
        "https://mirror.example/feed": respond(),
    }
    assert fetch(pages) == fetched(moved_to="https://mirror.example/feed")


def test_304_behind_a_permanent_redirect_tells_the_move() -> None:
    pages = {URL: redirect("/new", 301), "https://lantern.example/new": respond(304, b"")}
    assert fetch(pages, validators=Validators(etag='"a"')) == NotModified(
        url=URL, validators=Validators(), moved_to="https://lantern.example/new"
    )


def test_redirects_in_a_circle_are_noticed() -> None:
    pages = {URL: redirect("/b", 302), "https://lantern.example/b": redirect("/feed", 302)}
    assert fetch(pages) == FetchFailed(
        url=URL, failure=Failure.TOO_MANY_REDIRECTS, detail="the redirects run in a circle"
    )


def test_ten_redirects_are_followed_and_eleven_are_not() -> None:
    def staircase(steps: int) -> Answering:
        def answer(request: httpx2.Request) -> httpx2.Response:
            step = int(request.url.params.get("step", "0"))
            return respond() if step == steps else redirect(f"/feed?step={step + 1}", 302)

        return answer

    assert fetch(staircase(10)) == fetched()
    assert fetch(staircase(11)) == FetchFailed(
        url=URL, failure=Failure.TOO_MANY_REDIRECTS, detail="more than 10 redirects"
    )


@pytest.mark.parametrize(
    ("target", "detail"),
    [
        ("http://169.254.169.254/latest/meta-data", "it points into a private network"),
        ("http://localhost:8080/admin", "it points into a private network"),
        ("file:///etc/passwd", "only addresses that begin with http:// or https:// can be fetched"),
        ("https://u:p@lantern.example/", "it holds a user name or password, which Broadfold does not send"),
        ("https://[::1", "it is, or redirects to, something that is not a valid web address"),
    ],
)
def test_redirect_to_a_forbidden_address_is_not_followed(target: str, detail: str) -> None:
    assert fetch({URL: redirect(target, 301)}) == FetchFailed(
        url=URL, failure=Failure.REFUSED_ADDRESS, detail=detail
    )


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("9" * 500, timedelta(days=365)),
        ("-5", None),
        ("Sat, 14 Mar 99999999999999999999 11:00:00 GMT", None),
        ("Sat, 14 Mar 2026 11:00:00 +99999999999999", None),
        ("Sat, 14 Mar 9999 11:00:00 -2300", timedelta(days=365)),
        ("Sat, 14 Mar 2026 12:05:00", timedelta(minutes=5)),
    ],
)
def test_absurd_wish_to_wait_is_cut_or_ignored(value: str, wait: timedelta | None) -> None:
    result = fetch(lambda _: respond(429, retry_after=value))
    assert isinstance(result, FetchFailed)
    assert result.retry_after == wait


def test_redirect_without_a_target_is_a_failed_answer() -> None:
    result = fetch(lambda _: httpx2.Response(302))
    assert result == FetchFailed(url=URL, failure=Failure.HTTP, detail="302 Found", status=302)


@pytest.mark.parametrize(
    ("response", "failure", "detail", "wait"),
    [
        (respond(404), Failure.HTTP, "404 Not Found", None),
        (respond(500), Failure.HTTP, "500 Internal Server Error", None),
        (respond(599), Failure.HTTP, "599", None),
        (respond(202), Failure.HTTP, "202 Accepted", None),
        (respond(204, b""), Failure.EMPTY, "204 No Content", None),
        (respond(410), Failure.GONE, "410 Gone", None),
        (respond(503), Failure.HTTP, "503 Service Unavailable", None),
        (
            respond(503, retry_after="120"),
            Failure.RATE_LIMITED,
            "503 Service Unavailable",
            timedelta(minutes=2),
        ),
        (respond(429), Failure.RATE_LIMITED, "429 Too Many Requests", None),
        (
            respond(429, retry_after="Sat, 14 Mar 2026 13:00:00 GMT"),
            Failure.RATE_LIMITED,
            "429 Too Many Requests",
            timedelta(hours=1),
        ),
        (
            respond(429, retry_after="Sat, 14 Mar 2026 11:00:00 GMT"),
            Failure.RATE_LIMITED,
            "429 Too Many Requests",
            timedelta(0),
        ),
        (respond(429, retry_after="soon"), Failure.RATE_LIMITED, "429 Too Many Requests", None),
    ],
)
def test_status_tells_the_failure(
    response: httpx2.Response, failure: Failure, detail: str, wait: timedelta | None
) -> None:
    assert fetch(lambda _: response) == FetchFailed(
        url=URL, failure=failure, detail=detail, status=response.status_code, retry_after=wait
    )


@pytest.mark.parametrize("body", [b"", b" \r\n\t"])
def test_body_of_nothing_is_empty(body: bytes) -> None:
    assert fetch(lambda _: respond(body=body)) == FetchFailed(url=URL, failure=Failure.EMPTY, status=200)


class Chunks(httpx2.SyncByteStream):
    """A body that arrives piece by piece, each taking some seconds of the frozen clock."""

    def __init__(self, clock: FrozenClock, pieces: int, seconds: float) -> None:
        self.clock, self.pieces, self.seconds, self.sent = clock, pieces, seconds, 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.pieces):
            self.clock.advance(seconds=self.seconds)
            self.sent += 1
            yield b"x"


def test_dripping_body_ends_at_the_deadline() -> None:
    clock = FrozenClock()
    body = Chunks(clock, pieces=1000, seconds=4)
    result = fetch(lambda _: httpx2.Response(200, stream=body), clock=clock, deadline=30.0)
    assert result == FetchFailed(url=URL, failure=Failure.TIMEOUT, detail="no whole answer within 30 seconds")
    assert body.sent == 8


def test_slow_redirects_share_one_deadline() -> None:
    clock = FrozenClock()

    def answer(request: httpx2.Request) -> httpx2.Response:
        clock.advance(seconds=12)
        return redirect(f"{request.url}x", 302)

    result = fetch(answer, clock=clock, deadline=30.0)
    assert result == FetchFailed(url=URL, failure=Failure.TIMEOUT, detail="no whole answer within 30 seconds")


def test_body_over_the_cap_is_too_large() -> None:
    exact, over = respond(body=b"x" * 1_000_000), respond(body=b"x" * 1_000_001)
    assert isinstance(fetch(lambda _: exact, max_bytes=1_000_000), Fetched)
    assert fetch(lambda _: over, max_bytes=1_000_000) == FetchFailed(
        url=URL, failure=Failure.TOO_LARGE, detail="more than 1 MB"
    )


def _raising(error: Exception, cause: Exception | None = None) -> Answering:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error from cause

    return answer


@pytest.mark.parametrize(
    ("error", "cause", "failure", "detail"),
    [
        (
            httpx2.ConnectError("x"),
            socket.gaierror(socket.EAI_NONAME, "secret"),
            Failure.NAME_UNKNOWN,
            "",
        ),
        (
            httpx2.ConnectError("x"),
            socket.gaierror(socket.EAI_AGAIN, "secret"),
            Failure.NAME_UNKNOWN,
            "the name service did not answer",
        ),
        (
            httpx2.ConnectError("x"),
            ConnectionRefusedError(111, "secret"),
            Failure.CONNECT,
            "the server refused the connection",
        ),
        (httpx2.ConnectError("secret"), None, Failure.CONNECT, "the server could not be reached"),
        (
            httpx2.ConnectError("x"),
            ssl.SSLError(1, "secret"),
            Failure.TLS,
            "no secure connection could be agreed on",
        ),
        (httpx2.ReadTimeout("secret"), None, Failure.TIMEOUT, "no whole answer within 30 seconds"),
        (
            httpx2.ReadError("secret"),
            None,
            Failure.CONNECT,
            "the connection broke before the answer was complete",
        ),
        (httpx2.DecodingError("secret"), None, Failure.MALFORMED, "the compressed answer is damaged"),
    ],
)
def test_broken_connection_is_told_in_our_own_words(
    error: Exception, cause: Exception | None, failure: Failure, detail: str
) -> None:
    assert fetch(_raising(error, cause)) == FetchFailed(url=URL, failure=failure, detail=detail)


def test_untrusted_certificate_is_told_with_its_reason() -> None:
    cause = ssl.SSLCertVerificationError("x")
    cause.verify_message = "certificate has expired"
    assert fetch(_raising(httpx2.ConnectError("x"), cause)) == FetchFailed(
        url=URL, failure=Failure.TLS, detail="certificate has expired"
    )


def test_bug_in_the_transport_is_not_taken_for_a_bad_feed() -> None:
    with pytest.raises(KeyError):
        fetch(_raising(KeyError("bug")))
