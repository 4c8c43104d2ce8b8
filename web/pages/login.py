"""Logging in and out, and making an account by an invitation."""

import json
import re
from typing import Final

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from aggregator.domain.errors import AccountRefused, InvitationUnknown, LoginRefused, TooManyTries
from aggregator.domain.readers import Reader
from web.pages.marks import inside
from web.people import drop_cookie, greet, secret, send_cookie
from web.security import UPLOAD_LIMIT
from web.services import current_services

blueprint = Blueprint("login", __name__)

BROWSERS: Final = (
    (r"Edg/", "Edge"),
    (r"OPR/", "Opera"),
    (r"Firefox/|FxiOS/", "Firefox"),
    (r"Chrom(e|ium)/|CriOS/", "Chrome"),
    (r"Safari/", "Safari"),
)
SYSTEMS: Final = (
    (r"Android", "Android"),
    (r"iPhone|iPad", "iOS"),
    (r"Windows", "Windows"),
    (r"Mac OS X", "macOS"),
    (r"CrOS", "ChromeOS"),
    (r"Linux", "Linux"),
)
SERVES_THE_FORM: Final = frozenset({"back", "as_of"})
"""Fields that people did not type, and need not see again."""


def browser(agent: str) -> str:
    """Return a browser in a few words, from its User-Agent: “Firefox on Linux”."""
    name = next((name for sign, name in BROWSERS if re.search(sign, agent)), "")
    system = next((name for sign, name in SYSTEMS if re.search(sign, agent)), "")
    return " on ".join(filter(None, (name, system))) or re.split(r"[/ (]", agent, maxsplit=1)[0]


@blueprint.get("/login")
def page() -> str | Response:
    """Show the form to log in; whoever is here already is led on."""
    onward = inside(request.args.get("next", "/"))
    if g.person is not None:
        return redirect(onward, code=303)
    return render(next=onward)


@blueprint.post("/login")
def enter() -> Response | tuple[str, int]:
    """Log in, and go where the person was going; a form that came too late is offered again."""
    request.max_form_memory_size = UPLOAD_LIMIT
    if g.person is not None and g.session is None:
        return redirect(url_for("front.page"), code=303)
    form = request.form
    people = current_services().people
    try:
        person = people.accounts.check(
            form.get("name", ""), form.get("password", ""), address=request.remote_addr or ""
        )
    except (LoginRefused, TooManyTries) as error:
        return render(
            next=inside(form.get("next", "/")),
            name=form.get("name", ""),
            problem=str(error),
            again=inside(form["again"]) if form.get("again") else "",
            typed=form.get("typed", "[]"),
        ), 429 if isinstance(error, TooManyTries) else 400
    greet(person)
    if form.get("again"):
        return begin(person, make_response(render_again(inside(form["again"]), form.get("typed", "[]"))))
    return begin(person, redirect(inside(form.get("next", "/")), code=303))


@blueprint.post("/logout")
def logout() -> Response:
    """End this browser's session."""
    answer = redirect(url_for("front.page") if g.person is None else url_for("login.page"), code=303)
    if g.session is not None:
        current_services().people.sessions.end(g.person.id, g.session.id)
        drop_cookie(answer)
        # What the browser kept for reading offline was this person's.
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    g.is_renewed = False
    return answer


@blueprint.get("/invitation/<token>")
def invitation(token: str) -> str | tuple[str, int]:
    """Show the form of an invitation."""
    try:
        found = current_services().people.invitations.look(token)
    except InvitationUnknown as error:
        return render_template("invitation.html", invitation=None, problem=str(error), name=""), 404
    return render_template("invitation.html", invitation=found, token=token, problem="", name="")


@blueprint.post("/invitation/<token>")
def accept(token: str) -> Response | tuple[str, int]:
    """Make the account, and log in with it."""
    name = request.form.get("name", "")
    invitations = current_services().people.invitations
    try:
        found = invitations.look(token)
        person = invitations.accept(token, name, request.form.get("password", ""))
    except InvitationUnknown as error:
        return render_template("invitation.html", invitation=None, problem=str(error), name=""), 404
    except AccountRefused as error:
        told = {"invitation": found, "token": token, "problem": str(error), "name": name}
        return render_template("invitation.html", **told), 400
    return begin(person, redirect(url_for("front.page"), code=303))


def begin(person: Reader, answer: Response) -> Response:
    """Begin a session in this browser: a new secret each time, and the end of the session that it had."""
    token = current_services().people.sessions.start(
        person.id, agent=browser(request.user_agent.string), instead_of=secret()
    )
    g.is_renewed = False
    send_cookie(answer, token)
    return answer


def render(*, next: str, name: str = "", problem: str = "", again: str = "", typed: str = "[]") -> str:  # noqa: A002
    """Render the form to log in, with what was typed but for the password."""
    told = {"next": next, "name": name, "problem": problem, "again": again, "typed": typed}
    return render_template("login.html", **told, has_files=False)


def render_again(address: str, typed: str) -> str:
    """Render the form that came too late, for the person to send it or not."""
    fields = pairs(typed)
    shown = [(name, value) for name, value in fields if value.strip() and name not in SERVES_THE_FORM]
    home = next((value for name, value in fields if name == "back"), "/")
    return render_template("again.html", address=address, fields=fields, shown=shown, home=inside(home))


def pairs(typed: str) -> list[tuple[str, str]]:
    """Return the fields that the login carried; none from anything that Broadfold did not write."""
    try:
        found = json.loads(typed)
    except ValueError:
        return []
    if not isinstance(found, list):
        return []
    return [(str(one[0]), str(one[1])) for one in found if isinstance(one, list) and len(one) == 2]
