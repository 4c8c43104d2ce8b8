"""Fetch one feed over HTTP: a `FetchRequest` in, a `FetchResult` out, and no exception for a bad feed.

Everything that can go wrong between a name and a body is told as a `FetchFailed`; `refresh.py` calls
this from many threads at once, which share one client and its pool of connections.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Protocol

import httpx2

from aggregator import __version__
from aggregator.clock import Clock
from aggregator.domain.feeds import (
    Failure,
    Fetched,
    FetchFailed,
    FetchRequest,
    FetchResult,
    NotModified,
    Validators,
)
from aggregator.feeds.connect import GuardedTransport, ending_at
from aggregator.feeds.guard import AddressForbidden, refusal
from aggregator.feeds.headers import first_header, max_age, reason_phrase, retry_after, validators_of

USER_AGENT = f"Broadfold/{__version__} (+feed reader)"
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)
PERMANENT = frozenset({301, 308})
REDIRECTS = PERMANENT | {302, 303, 307}

DEADLINE = 30.0
"""Seconds for one fetch in all."""
MAX_BYTES = 10_000_000
"""Largest decoded body, forty times the largest of 392 real news feeds of 2020 (0.23 MB)."""


class Fetcher(Protocol):
    """Fetch a feed. Implementations: `HttpFetcher` here, the scripted fetcher of the tests."""

    def __call__(self, request: FetchRequest) -> FetchResult:
        """Return what the address answered; a failure is a `FetchFailed`, never an exception.

        Must be callable from several threads at once.
        """
        ...


def guarded_client(*, clock: Clock, allow_private: bool = False, connections: int = 64) -> httpx2.Client:
    """Return an HTTP client that connects only where `guard.py` allows and keeps no cookies."""
    limits = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    transport = GuardedTransport(allow_private=allow_private, monotonic=clock.monotonic, limits=limits)
    # Feeds need no cookies, and one feed's must never reach another's server.
    cookies = CookieJar(policy=DefaultCookiePolicy(allowed_domains=[]))
    return httpx2.Client(transport=transport, cookies=cookies, trust_env=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpFetcher:
    """Conditional GET with one deadline, a cap on the decoded body and redirects followed by hand.

    `deadline` is in seconds and covers name lookup, connecting, every redirect and the body.
    `allow_private` must be the same here as for the `client`, which checks what names stand for.
    """

    client: httpx2.Client
    clock: Clock
    deadline: float = DEADLINE
    max_bytes: int = MAX_BYTES
    user_agent: str = USER_AGENT
    allow_private: bool = False
    max_redirects: int = 10

    def __call__(self, request: FetchRequest) -> FetchResult:
        """Return the body, "not modified", or what failed."""
        ends = self.clock.monotonic() + self.deadline
        try:
            with ending_at(ends):
                return self._follow(request, ends)
        except httpx2.TimeoutException:
            return self._too_slow(request.url)
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError, OSError) as error:
            failure, detail = why(error)
            return FetchFailed(url=request.url, failure=failure, detail=detail)

    def close(self) -> None:
        """Close every connection; the fetcher cannot be used afterwards."""
        self.client.close()

    def _follow(self, request: FetchRequest, ends: float) -> FetchResult:
        url, moved_to, permanent = request.url, None, True
        seen: set[str] = set()
        while len(seen) <= self.max_redirects:
            reason = refusal(url, allow_private=self.allow_private)
            if reason:
                return FetchFailed(url=request.url, failure=Failure.REFUSED_ADDRESS, detail=reason)
            seen.add(url)
            with self._sent(url, request.validators, ends) as response:
                target = redirect_target(response)
                if target is None:
                    return self._answer(response, request, moved_to, ends)
                permanent = permanent and response.status_code in PERMANENT
            url = target
            if url in seen:
                return self._astray(request.url, "the redirects run in a circle")
            if permanent:
                moved_to = url
        return self._astray(request.url, f"more than {self.max_redirects} redirects")

    @contextmanager
    def _sent(self, url: str, validators: Validators, ends: float) -> Iterator[httpx2.Response]:
        headers = [(b"User-Agent", self.user_agent.encode()), (b"Accept", ACCEPT.encode())]
        if validators.etag is not None:
            headers.append((b"If-None-Match", validators.etag.encode("latin-1", "replace")))
        if validators.last_modified is not None:
            headers.append((b"If-Modified-Since", validators.last_modified.encode("latin-1", "replace")))
        left = ends - self.clock.monotonic()
        if left <= 0:
            raise httpx2.ReadTimeout("the time for this fetch is up")
        sent = self.client.build_request("GET", url, headers=headers, timeout=left)
        response = self.client.send(sent, stream=True, follow_redirects=False)
        try:
            yield response
        finally:
            response.close()

    def _answer(
        self, response: httpx2.Response, request: FetchRequest, moved_to: str | None, ends: float
    ) -> FetchResult:
        asked_conditionally = request.validators != Validators()
        if response.status_code == 304 and asked_conditionally:
            return NotModified(
                url=request.url,
                validators=validators_of(response.headers.raw),
                moved_to=moved_to,
                max_age=max_age(response.headers.get("cache-control")),
            )
        if response.status_code not in (200, 203):
            return self._refused(response, request.url)
        body = self._body(response, ends)
        if body is None:
            limit = f"more than {self.max_bytes / 1_000_000:g} MB"
            return FetchFailed(url=request.url, failure=Failure.TOO_LARGE, detail=limit)
        if not body.strip():
            return FetchFailed(url=request.url, failure=Failure.EMPTY, status=response.status_code)
        return Fetched(
            url=request.url,
            body=body,
            content_type=response.headers.get("content-type"),
            validators=validators_of(response.headers.raw),
            moved_to=moved_to,
            max_age=max_age(response.headers.get("cache-control")),
        )

    def _body(self, response: httpx2.Response, ends: float) -> bytes | None:
        """Return the decoded body, None when it is too large; httpx2 inflates at most 1 MiB at a time."""
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self.max_bytes:
                return None
            if self.clock.monotonic() > ends:
                raise httpx2.ReadTimeout("the time for this fetch is up")
            parts.append(part)
        return b"".join(parts)

    def _refused(self, response: httpx2.Response, url: str) -> FetchFailed:
        status = response.status_code
        wait = retry_after(first_header(response.headers.raw, b"retry-after"), now=self.clock.now())
        if status == 410:
            failure = Failure.GONE
        elif status == 204:
            failure = Failure.EMPTY
        elif status == 429 or (status == 503 and wait is not None):
            failure = Failure.RATE_LIMITED
        else:
            failure = Failure.HTTP
        return FetchFailed(
            url=url, failure=failure, detail=reason_phrase(status), status=status, retry_after=wait
        )

    def _too_slow(self, url: str) -> FetchFailed:
        return FetchFailed(
            url=url, failure=Failure.TIMEOUT, detail=f"no whole answer within {self.deadline:g} seconds"
        )

    @staticmethod
    def _astray(url: str, detail: str) -> FetchFailed:
        return FetchFailed(url=url, failure=Failure.TOO_MANY_REDIRECTS, detail=detail)


def redirect_target(response: httpx2.Response) -> str | None:
    """Return where a redirect leads, absolute and without fragment, or None if it is no redirect.

    Raises:
        httpx2.InvalidURL: The Location header is not an address.
    """
    location = response.headers.get("location")
    if response.status_code not in REDIRECTS or not location:
        return None
    return str(response.url.join(location.strip()).copy_with(fragment=None))


def why(error: Exception) -> tuple[Failure, str]:
    """Return the kind of an HTTP client's error and a few safe words about it, from its chain of causes."""
    for cause in causes(error):
        if isinstance(cause, AddressForbidden):
            return Failure.REFUSED_ADDRESS, "its name stands for an address in a private network"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Failure.TLS, cause.verify_message or "the certificate cannot be trusted"
        if isinstance(cause, ssl.SSLError):
            return Failure.TLS, "no secure connection could be agreed on"
        if isinstance(cause, socket.gaierror):
            offline = cause.errno == socket.EAI_AGAIN
            return Failure.NAME_UNKNOWN, "the name service did not answer" if offline else ""
        if isinstance(cause, ConnectionRefusedError):
            return Failure.CONNECT, "the server refused the connection"
    return _why_by_class(error)


def _why_by_class(error: Exception) -> tuple[Failure, str]:
    if isinstance(error, httpx2.InvalidURL | UnicodeError | httpx2.UnsupportedProtocol):
        return Failure.REFUSED_ADDRESS, "it is, or redirects to, something that is not a valid web address"
    if isinstance(error, httpx2.DecodingError):
        return Failure.MALFORMED, "the compressed answer is damaged"
    if isinstance(error, httpx2.ConnectError):
        return Failure.CONNECT, "the server could not be reached"
    return Failure.CONNECT, "the connection broke before the answer was complete"


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, what it was raised for, and so on.

    Contexts count even where they are suppressed: httpcore2's pool re-raises everything `from None`.
    """
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
