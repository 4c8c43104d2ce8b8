"""Connections: only to addresses that may be called, never past the deadline; no socket is opened here."""

from typing import Any

import httpcore2
import pytest

from aggregator.domain.feeds import Failure, FetchFailed, FetchRequest
from aggregator.feeds import connect
from aggregator.feeds.connect import DeadlineStream, GuardedBackend, ending_at
from aggregator.feeds.fetch import HttpFetcher, guarded_client
from tests.fakes import FrozenClock

URL = "https://lantern.example/feed"


def _resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def getaddrinfo(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (address, 443)) for address in addresses]

    monkeypatch.setattr(connect.socket, "getaddrinfo", getaddrinfo)


def test_name_that_stands_for_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolving(monkeypatch, "10.0.0.1", "::1")
    fetcher = HttpFetcher(client=guarded_client(clock=FrozenClock()), clock=FrozenClock())
    result = fetcher(FetchRequest(url=URL))
    fetcher.close()
    assert result == FetchFailed(
        url=URL,
        failure=Failure.REFUSED_ADDRESS,
        detail="its name stands for an address in a private network",
    )


class Dialled(httpcore2.SyncBackend):
    """Remember what was called instead of calling it; every address but the last is dead."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, float | None]] = []

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any) -> Any:
        self.calls.append((host, timeout))
        if host == "8.8.8.8":
            return httpcore2.MockStream([])
        raise httpcore2.ConnectTimeout("dead")


def test_only_judged_addresses_are_called_and_a_dead_one_leaves_time_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _resolving(monkeypatch, "192.168.0.1", "2606:4700::1111", "8.8.8.8")
    backend = GuardedBackend(allow_private=False, monotonic=lambda: 0.0)
    backend._sockets = dialled = Dialled()
    assert isinstance(backend.connect_tcp("lantern.example", 443, 30.0), DeadlineStream)
    assert dialled.calls == [("2606:4700::1111", 15.0), ("8.8.8.8", 30.0)]


def test_read_after_the_deadline_fails_without_waiting() -> None:
    stream = DeadlineStream(httpcore2.MockStream([b"late"]), lambda: 100.0)
    with ending_at(99.0), pytest.raises(httpcore2.ReadTimeout):
        stream.read(10, timeout=5.0)
    assert stream.read(10, timeout=5.0) == b"late"
