"""Open connections for `fetch.py`: only to addresses that may be fetched, and never past a deadline.

The name is looked up once, every address it stands for is judged, and the connection goes to the
judged number itself, so a name server that changes its answer between check and use (DNS rebinding)
gains nothing. Timeouts of an HTTP client count from one byte to the next; a server that drips a byte
a second would hold a worker for hours, so every read and write here also looks at one moment at which
all must be over.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Thread

import httpcore2
import httpx2

from aggregator.feeds.guard import AddressForbidden, is_public

ENDS_AT: ContextVar[float | None] = ContextVar("ENDS_AT", default=None)
"""When the fetch of this thread must be over, in seconds of the monotonic clock; None for never."""

Monotonic = Callable[[], float]


@contextmanager
def ending_at(moment: float) -> Iterator[None]:
    """Make every connection of this thread give up at `moment` (monotonic seconds)."""
    token = ENDS_AT.set(moment)
    try:
        yield
    finally:
        ENDS_AT.reset(token)


class GuardedTransport(httpx2.HTTPTransport):
    """An HTTP transport whose connections are opened by `GuardedBackend`.

    httpx2 has no argument for a network backend, so the pool is replaced by one with the same limits;
    `test_name_that_stands_for_a_private_address_is_refused` fails should the attribute ever be renamed.
    """

    def __init__(self, *, allow_private: bool, monotonic: Monotonic, limits: httpx2.Limits) -> None:
        """Prepare the pool; `monotonic` is the clock that `ending_at` counts with."""
        context = httpx2.create_ssl_context()
        super().__init__(verify=context, limits=limits)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=GuardedBackend(allow_private=allow_private, monotonic=monotonic),
        )


class GuardedBackend(httpcore2.NetworkBackend):
    """Connect to the public addresses of a name, one after the other, until one answers."""

    def __init__(self, *, allow_private: bool, monotonic: Monotonic) -> None:
        """Keep the rule and the clock."""
        self._allow_private = allow_private
        self._monotonic = monotonic
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Return a stream to the first address of `host` that answers.

        Raises:
            httpcore2.ConnectError: No address answers.
            httpcore2.ConnectTimeout: The time is up.
            AddressForbidden: None of the addresses may be called.
            socket.gaierror: The name is unknown.
        """
        addresses = self._allowed(host, look_up(host, port, time_left(timeout, self._monotonic)))
        failed: Exception = httpcore2.ConnectError("no address")
        for tried, address in enumerate(addresses):
            left = time_left(timeout, self._monotonic)
            # A dead first address (often IPv6) must leave time for the others.
            share = None if left is None else left / (len(addresses) - tried)
            try:
                stream = self._sockets.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return DeadlineStream(stream, self._monotonic)
        raise failed

    def _allowed(self, host: str, addresses: tuple[str, ...]) -> tuple[str, ...]:
        if self._allow_private:
            return addresses
        public = tuple(address for address in addresses if is_public(address))
        if not public:
            raise AddressForbidden(f"{host} stands for {', '.join(addresses)}")
        return public


class DeadlineStream(httpcore2.NetworkStream):
    """A connection whose every read and write ends when the fetch must be over."""

    def __init__(self, stream: httpcore2.NetworkStream, monotonic: Monotonic) -> None:
        """Wrap `stream`."""
        self._stream = stream
        self._monotonic = monotonic

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return up to `max_bytes`, b"" at the end."""
        return self._stream.read(max_bytes, time_left(timeout, self._monotonic))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of `buffer`."""
        self._stream.write(buffer, time_left(timeout, self._monotonic))

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Return the same connection, encrypted; the certificate is checked against the name."""
        left = time_left(timeout, self._monotonic)
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left), self._monotonic)

    def get_extra_info(self, info: str) -> object:
        """Return what the connection knows about itself."""
        return self._stream.get_extra_info(info)


def time_left(timeout: float | None, monotonic: Monotonic) -> float | None:
    """Return the shorter of `timeout` and what the fetch of this thread has left, in seconds.

    Raises:
        httpcore2.ReadTimeout: Nothing is left.
    """
    ends = ENDS_AT.get()
    if ends is None:
        return timeout
    left = ends - monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the time for this fetch is up")
    return left if timeout is None else min(left, timeout)


def look_up(host: str, port: int, timeout: float | None) -> tuple[str, ...]:
    """Return the IP addresses of `host` in the order in which they should be tried.

    The system's resolver knows no timeout and can hang for a minute when a laptop has just lost its
    network, so it is asked in a thread of its own that may be left behind.

    Raises:
        socket.gaierror: The name is unknown.
        httpcore2.ConnectTimeout: The resolver has not answered within `timeout` seconds.
    """
    answer: Future[tuple[str, ...]] = Future()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            answer.set_exception(error)
        except UnicodeError:  # a label that is too long, or no label at all
            answer.set_exception(socket.gaierror(socket.EAI_NONAME, "not a host name"))
        else:
            answer.set_result(tuple(dict.fromkeys(str(entry[4][0]) for entry in found)))

    Thread(target=ask, name="broadfold-name", daemon=True).start()
    done, _ = wait([answer], timeout)
    if not done:
        raise httpcore2.ConnectTimeout("the name service did not answer")
    return answer.result()
