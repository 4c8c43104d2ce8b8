"""Who asks: the gate that every request passes, and the one place that says who may do what.

An instance without accounts is its one reader's, and asks nobody to log in. With accounts, a request
comes with the cookie of a session, or from a program with an API token.
"""

import json
from typing import Final, cast

from flask import Flask, Response, abort, g, redirect, render_template, request, url_for
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response as Redirect

from aggregator.domain.readers import Reader
from aggregator.readers.sessions import IDLE
from web.pages.marks import inside
from web.security import SAFE_METHODS, UPLOAD_LIMIT
from web.services import current_services
from web.zones import zone_named

UNASKED: Final = frozenset({"static", "status.healthz", "app.manifest", "app.worker"})
"""Endpoints that are the same for everybody: who asks is not looked up."""
OPEN: Final = frozenset(
    {
        "login.page", "login.enter", "login.logout", "login.invitation", "login.accept",
        "app.offline", "searches.feed",
        "digest_links.ask_unsubscribe", "digest_links.unsubscribe", "digest_links.ask_confirm",
        "digest_links.confirm", "digest_links.ask_deed", "digest_links.deed", "digest_links.edition",
        "digest_links.feed",
    }
)  # fmt: skip
"""Endpoints that need no login; the addresses of saved searches' feeds and of links in mails are secrets."""
PROGRAMS: Final = frozenset(
    {
        "stories.as_json", "stories.as_markdown", "search.feed", "feeds.export_opml", "labels.export",
        "marks.story", "marks.article", "marks.page_read", "marks.undo", "marks.mute", "marks.unmute",
    }
)  # fmt: skip
"""Endpoints that an API token opens: exports, feeds, and marks."""
CHANGED_BY_ADMINS: Final = frozenset({"feeds", "outlets", "labels"})
"""Blueprints in which readers may look, and only admins change."""
ADMINS: Final = frozenset({"stories.move", "stories.merge", "stories.undo"})
"""Endpoints for admins, beside everything of the blueprint `people`."""

COOKIE: Final = "broadfold"
UNTOLD: Final = frozenset({"password", "old_password", "new_password"})
"""Fields that are never carried from one form to another."""


def install_people(app: Flask) -> None:
    """Make `app` ask everybody who they are, and tell the templates."""
    app.before_request(admit)
    app.after_request(renew)
    app.jinja_env.globals.update(
        person=LocalProxy(lambda: g.get("person")),
        may_change=may_change,
        is_shut_out=lambda: g.get("is_shut_out", False),
    )


def admit() -> Redirect | tuple[str, int] | tuple[str, int, dict[str, str]] | None:
    """Let a request through, or answer it with a way to log in; refuse what is for admins."""
    g.person = g.session = None
    if request.endpoint in UNASKED:
        return None
    token = bearer()
    if token is not None:
        return admit_program(token)
    person = identify()
    if request.routing_exception is not None:
        return None
    if person is None:
        return None if request.endpoint in OPEN else ask_to_log_in()
    if needs_admin() and not person.is_admin:
        abort(403, "Only an admin of this instance may do that. Nothing was changed.")
    return None


def identify() -> Reader | None:
    """Find out who asks, by the cookie; keep it in `g`, with the session and the zone."""
    people = current_services().people
    person = people.accounts.personal()
    visit = None
    if person is None:
        visit = people.sessions.visit(secret()) if secret() else None
        person = visit.person if visit else None
        g.is_shut_out = person is None
    g.session = visit.session if visit else None
    g.is_renewed = visit is not None and visit.is_renewed
    greet(person)
    return person


def greet(person: Reader | None) -> None:
    """Make this request one of this person's."""
    g.person = person
    if person is not None:
        g.is_shut_out = False
        if person.time_zone:
            g.zone = zone_named(person.time_zone)


def may_change() -> bool:
    """Return whether whoever asks may change what everybody sees."""
    person = cast(Reader | None, g.get("person"))
    return person is not None and person.is_admin


def needs_admin() -> bool:
    """Return whether this request is for admins."""
    changes = request.method not in SAFE_METHODS
    return (
        request.blueprint == "people"
        or request.endpoint in ADMINS
        or (changes and request.blueprint in CHANGED_BY_ADMINS)
    )


def bearer() -> str | None:
    """Return the API token of a request, None when it shows none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def admit_program(token: str) -> tuple[str, int, dict[str, str]] | None:
    """Let a program in as the reader whose token it shows; its cookies do not count."""
    person = current_services().people.api_tokens.reader(token) if token else None
    if person is None:
        return unauthorised("This API token is not known. Make one on the page Settings.")
    greet(person)
    if request.routing_exception is None and request.endpoint not in PROGRAMS:
        abort(403, "An API token opens exports, feeds and marks only. Log in to use this page.")
    return None


def unauthorised(problem: str) -> tuple[str, int, dict[str, str]]:
    """Answer a program that shows no good token."""
    body = json.dumps({"problem": problem}) + "\n"
    headers = {"WWW-Authenticate": 'Bearer realm="Broadfold"', "Content-Type": "application/json"}
    return body, 401, headers


def ask_to_log_in() -> Redirect | tuple[str, int, dict[str, str]]:
    """Lead a person to the login, and back afterwards; what a form held is kept."""
    if request.method in SAFE_METHODS:
        if request.endpoint in PROGRAMS and "text/html" not in request.headers.get("Accept", ""):
            return unauthorised("This address needs an API token: send it as “Authorization: Bearer …”.")
        return redirect(url_for("login.page", next=inside(request.full_path)), code=303)
    page = render_template(
        "login.html",
        next="",
        name="",
        problem="",
        again=inside(request.full_path),
        typed=typed(),
        has_files=any(file.filename for file in request.files.values()),
    )
    return page, 401, {"WWW-Authenticate": 'Bearer realm="Broadfold"'}


def typed() -> str:
    """Return the fields of a form as JSON, a list of pairs, without passwords."""
    request.max_form_memory_size = UPLOAD_LIMIT
    fields = [(key, value) for key, value in request.form.items(multi=True) if key not in UNTOLD]
    return json.dumps(fields, ensure_ascii=False)


def cookie_name() -> str:
    """Return the name of the session's cookie; browsers keep `__Host-` for cookies of https alone."""
    return f"__Host-{COOKIE}" if request.is_secure else COOKIE


def secret() -> str:
    """Return what the session's cookie holds, '' without one."""
    return request.cookies.get(cookie_name(), "")


def send_cookie(response: Redirect, token: str) -> None:
    """Give the browser the secret of its session; scripts and other sites' forms do not get at it."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=IDLE,
        path="/",
        secure=request.is_secure,
        httponly=True,
        # Not `Strict`: a link in a mail or a feed reader should find its reader logged in. Links only
        # read, and `security.py` refuses every change that another site's page asks for.
        samesite="Lax",
    )


def drop_cookie(response: Redirect) -> None:
    """Take the cookie back."""
    response.delete_cookie(cookie_name(), path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def renew(response: Response) -> Response:
    """Send the cookie again when its session was prolonged."""
    if g.get("is_renewed"):
        send_cookie(response, secret())
    return response
