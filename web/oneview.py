"""Pages that only read see the database as of one moment, in one transaction for the whole request.

What a page tells then fits together; and each transaction that it does without spares it several turns of the
interpreter, which take milliseconds while another thread computes.
"""

from typing import Final

from flask import Flask, g, request

from web.security import SAFE_METHODS
from web.services import Services

AT_ONCE: Final = frozenset(
    {
        "front.page", "topics.page", "days.page", "stories.page", "articles.page", "search.page",
        "marks.kept",
    }
)  # fmt: skip
"""The endpoints of quick pages: a transaction should not stay open while a page is worked at for seconds."""


def install_one_view(app: Flask, services: Services) -> None:
    """Let the quick pages of `app` read all they show at once; before anything of the database is asked."""

    @app.before_request
    def begin() -> None:
        if request.endpoint in AT_ONCE and request.method in SAFE_METHODS:
            g.one_view = services.one_view()
            g.one_view.__enter__()

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        view = g.pop("one_view", None)
        if view is not None:
            view.__exit__(None, None, None)
