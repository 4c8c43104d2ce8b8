"""Error pages: a sentence that says what happened, what to do, and a way back."""

from typing import Final

from flask import Flask, current_app, render_template
from werkzeug.exceptions import HTTPException, default_exceptions

from aggregator.domain.errors import BroadfoldError, DatabaseUnusable, WrongUse

TITLES: Final = {
    400: "That request could not be read",
    401: "You need to log in",
    403: "That was refused",
    404: "There is no such page",
    405: "That is not possible here",
    413: "That is too large",
    500: "Something went wrong",
    503: "Broadfold cannot answer just now",
}
SENTENCES: Final = {
    400: "The address or the form holds something that this page does not understand.",
    401: "Log in, and try again.",
    403: "Nothing was changed. Open the page here and try again.",
    404: "The address may be mistyped, or what it showed was removed. Links to stories never end: "
    "a story that was merged leads on to the one it is part of now.",
    405: "This address cannot be used in that way. Go to the page and use its buttons.",
    413: "Files of up to 4 MB can be sent. Split the file, or import it with “broadfold feeds import”.",
    500: "The page could not be made; the reason is in Broadfold’s log. Nothing you read was lost. "
    "Try again, and if it happens again, report it with the log’s last lines.",
    503: "Try again in a moment.",
}


def install_errors(app: Flask) -> None:
    """Answer every error of `app` with a page."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(WrongUse, wrong_use)
    app.register_error_handler(BroadfoldError, trouble)


def http_error(error: HTTPException) -> tuple[str, int, list[tuple[str, str]]]:
    """Return the page for an HTTP error; a sentence passed to `abort` wins over the general one."""
    status = error.code or 500
    standard = default_exceptions[status].description if status in default_exceptions else None
    written = error.description if error.description != standard else None
    kept = [(name, value) for name, value in error.get_headers() if name.lower() in {"allow", "location"}]
    return error_page(status, written or SENTENCES.get(status, SENTENCES[400])), status, kept


def wrong_use(error: WrongUse) -> tuple[str, int]:
    """Return the page for something asked for that cannot be done."""
    return error_page(400, str(error)), 400


def trouble(error: BroadfoldError) -> tuple[str, int]:
    """Return the page for a failure that Broadfold can explain; the log gets the cause.

    What is wrong with a database is told by its sentence, on one line: while it is locked every request
    fails in the same way, and a page of traceback for each would hide what locked it.
    """
    traceback = None if isinstance(error, DatabaseUnusable) else error
    current_app.logger.error("A page could not be made: %s", error, exc_info=traceback)
    return error_page(503, f"{error} {SENTENCES[503]}"), 503


def error_page(status: int, sentence: str) -> str:
    """Render the error page; it asks no service, so it works when they do not."""
    return render_template(
        "error.html", status=status, title=TITLES.get(status, TITLES[400]), sentence=sentence
    )
