"""Joins the site to the services of the composition root and serves it with waitress."""

import errno
import gc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from flask import Flask

from aggregator.bootstrap import Services as Everything
from aggregator.domain.errors import AccountMissing, AddressInUse, BroadfoldError
from web.factory import create_app
from web.services import Services

log = structlog.get_logger()

PROXY_HEADERS: Final = frozenset({"x-forwarded-for", "x-forwarded-proto"})
"""What a trusted proxy may tell; the name under which the site was opened stays the Host header's."""
GARBAGE = (50_000, 20, 50)
"""Objects, and rounds of the younger generation, between two searches; Python's own are 700, 10, 10."""


def site(
    everything: Everything,
    *,
    refresh_soon: Callable[[], None],
    digest_soon: Callable[[], None] = lambda: None,
) -> Flask:
    """Return the site over the services of an instance.

    Args:
        everything: the opened services.
        refresh_soon: asks the scheduler to look for due feeds now.
        digest_soon: asks it to look for mails that wait.

    Raises:
        AccountMissing: other machines could reach the pages, and there is no account.
    """
    web = everything.settings.web
    if not is_loopback(web.host) and everything.people.accounts.personal():
        raise AccountMissing(web.host)

    def refresh_all_soon() -> None:
        everything.refresh.hasten()
        refresh_soon()

    return create_app(
        services_of(
            everything,
            refresh_soon=refresh_soon,
            refresh_all_soon=refresh_all_soon,
            digest_soon=digest_soon,
        )
    )


def services_of(
    everything: Everything,
    *,
    refresh_soon: Callable[[], None],
    refresh_all_soon: Callable[[], None],
    digest_soon: Callable[[], None],
) -> Services:
    """Return what the pages may ask of an instance; the rest are the bells of the scheduler."""
    web = everything.settings.web

    return Services(
        reading=everything.reading,
        search=everything.search,
        subscribe=everything.subscribe,
        manage=everything.manage,
        correct=everything.correct,
        marks=everything.marks,
        people=everything.people,
        comments=everything.comments,
        days=everything.days,
        saved_searches=everything.saved_searches,
        comparing=everything.comparing,
        desk=everything.desk,
        full_text=everything.full_text,
        digests=everything.digests.desk,
        clock=everything.clock,
        time_zone=web.time_zone,
        site_name=web.site_name,
        allowed_hosts=(*web.allowed_hosts, urlsplit(everything.settings.site_url()).netloc),
        refresh_soon=refresh_soon,
        refresh_all_soon=refresh_all_soon,
        digest_soon=digest_soon,
        later=partial(_later, everything.later),
        ahead=partial(_ahead, everything.later),
        one_view=everything.storage.one_view,
    )


def _later(pool: ThreadPoolExecutor, call: Callable[[], object]) -> None:
    pool.submit(_told, call)


def _ahead(pool: ThreadPoolExecutor, call: Callable[[], object]) -> None:
    # The instance may stop while a page is made ahead; the next one is not wanted then.
    with suppress(RuntimeError):
        _later(pool, call)


def _told(call: Callable[[], object]) -> None:
    """Do what no page waits for, and tell the log when it cannot be done."""
    try:
        call()
    except BroadfoldError as error:
        log.error("what a page left for later could not be done", why=str(error))
    except Exception:
        log.exception("what a page left for later ended in an error of Broadfold's own")


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address to listen on; a name is not looked up."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def settle() -> None:
    """Spare pages the search for garbage among what was loaded for good: some 130 ms each time.

    What is there now is set aside (https://docs.python.org/3/library/gc.html#gc.freeze), and what pages make
    is looked through less often; nearly all of it is freed without that.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def listen(app: Flask, *, host: str, port: int, threads: int, trusted_proxy: str = "") -> Any:
    """Return a waitress server that holds its port; `.run()` serves until `.close()`.

    The headers that tell of https and of the reader's address count from `trusted_proxy` only.
    From then on garbage is searched for less often.

    Raises:
        AddressInUse: another program holds the port.
    """
    from waitress.server import create_server

    settle()
    trust: dict[str, Any] = {"trusted_proxy": trusted_proxy, "trusted_proxy_headers": PROXY_HEADERS}
    try:
        return create_server(
            app, host=host, port=port, threads=threads, ident=None, **(trust if trusted_proxy else {})
        )
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
            raise AddressInUse(host, port) from error
        raise
