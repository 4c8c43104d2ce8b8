"""Joins the site to the services of the composition root and serves it with waitress."""

import errno
from collections.abc import Callable
from typing import Any

from flask import Flask

from aggregator.bootstrap import Services as Everything
from aggregator.domain.errors import AddressInUse
from web.factory import create_app
from web.services import Services


def site(everything: Everything, *, refresh_soon: Callable[[], None]) -> Flask:
    """Return the site over the services of an instance.

    Args:
        everything: the opened services.
        refresh_soon: asks the scheduler to look for due feeds now.
    """
    web = everything.settings.web

    def refresh_all_soon() -> None:
        everything.refresh.hasten()
        refresh_soon()

    return create_app(
        Services(
            reading=everything.reading,
            search=everything.search,
            subscribe=everything.subscribe,
            manage=everything.manage,
            correct=everything.correct,
            marks=everything.marks,
            desk=everything.desk,
            full_text=everything.full_text,
            refresh_soon=refresh_soon,
            refresh_all_soon=refresh_all_soon,
            clock=everything.clock,
            time_zone=web.time_zone,
            site_name=web.site_name,
            allowed_hosts=web.allowed_hosts,
        )
    )


def listen(app: Flask, *, host: str, port: int, threads: int) -> Any:
    """Return a waitress server that holds its port; `.run()` serves until `.close()`.

    Raises:
        AddressInUse: another program holds the port.
    """
    from waitress.server import create_server

    try:
        return create_server(app, host=host, port=port, threads=threads, ident=None)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
            raise AddressInUse(host, port) from error
        raise
