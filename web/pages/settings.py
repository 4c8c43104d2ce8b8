"""Settings of whoever reads: the looks of the pages, what they follow, and what lets them in."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from aggregator.domain.errors import AccountRefused, TooManyTries
from aggregator.readers.preferences import time_zones
from web.pages.ids import ID
from web.people import drop_cookie
from web.services import current_services

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

DONE = {
    "looks": "The looks were stored.",
    "follows": "What you follow was stored.",
    "password": "The password was changed. Every other browser has to log in again.",
    "sessions": "Ended. That browser has to log in again.",
    "others": "Every other browser has to log in again.",
    "token": "The token was removed. Programs that use it are turned away.",
}


@blueprint.get("")
def page() -> str:
    """Show the settings, with what a form just did."""
    return render(done=DONE.get(request.args.get("done", ""), ""))


@blueprint.post("/looks")
def looks() -> Response | tuple[str, int]:
    """Store time zone, density and theme."""
    wanted = {name: request.form.get(name, "") for name in ("time_zone", "density", "theme")}
    try:
        current_services().people.preferences.show(g.person.id, **wanted)
    except AccountRefused as error:
        return render(problem=str(error), where="looks"), 400
    return back("looks")


@blueprint.post("/follows")
def follows() -> Response:
    """Store which outlets and folders are followed."""
    current_services().people.preferences.follow(
        g.person.id, outlets=request.form.getlist("outlet"), folders=request.form.getlist("folder")
    )
    return back("follows")


@blueprint.post("/password")
def password() -> Response | tuple[str, int]:
    """Change the password; every other session ends."""
    form = request.form
    try:
        current_services().people.accounts.change_password(
            g.person,
            old=form.get("old_password", ""),
            new=form.get("new_password", ""),
            address=request.remote_addr or "",
            keep=g.session.id if g.session else None,
        )
    except (AccountRefused, TooManyTries) as error:
        return render(problem=str(error), where="password"), 429 if isinstance(error, TooManyTries) else 400
    return back("password")


@blueprint.post("/sessions")
def sessions() -> Response:
    """End one session, all others, or all with this one."""
    people, which = current_services().people, request.form.get("session", "")
    if which == "others":
        people.sessions.end_all(g.person.id, but=g.session.id if g.session else None)
        return back("others")
    if which == "all":
        people.sessions.end_all(g.person.id)
        answer = redirect(url_for("login.page"), code=303)
        drop_cookie(answer)
        g.is_renewed = False
        return answer
    if which.isascii() and which.isdigit() and len(which) < 19:
        people.sessions.end(g.person.id, int(which))
    return back("sessions")


@blueprint.post("/tokens")
def token() -> str | tuple[str, int]:
    """Make an API token and show it, this once."""
    label = request.form.get("label", "")
    try:
        made = current_services().people.api_tokens.make(g.person.id, label)
    except AccountRefused as error:
        return render(problem=str(error), where="tokens"), 400
    return render(token=made)


@blueprint.post(f"/tokens/<{ID}:token_id>/remove")
def remove_token(token_id: int) -> Response:
    """Make an API token useless."""
    current_services().people.api_tokens.remove(g.person.id, token_id)
    return back("token")


def back(done: str) -> Response:
    """Return to the settings as a GET, so that reloading repeats nothing."""
    return redirect(url_for("settings.page", done=done), code=303)


def render(*, done: str = "", problem: str = "", where: str = "", token: str = "") -> str:
    """Render the settings; `problem` stands at the form that `where` names."""
    people = current_services().people
    outlets, folders = people.preferences.sources(g.person.id)
    told: dict[str, Any] = {"sessions": (), "tokens": ()}
    if g.person.name:
        told = {
            "sessions": people.sessions.of(g.person.id),
            "tokens": people.api_tokens.of(g.person.id),
        }
    return render_template(
        "settings.html",
        done=done,
        problem=problem,
        where=where,
        token=token,
        zones=time_zones(),
        outlets=outlets,
        folders=folders,
        here_session=g.session.id if g.session else None,
        **told,
    )
