"""The people of the instance, for admins: who has an account, invitations, roles, and removal."""

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from aggregator.domain.errors import AccountRefused, PersonUnknown
from aggregator.domain.readers import Role
from web.pages.ids import ID
from web.services import current_services

blueprint = Blueprint("people", __name__, url_prefix="/people")

DONE = {
    "role": "The role was changed.",
    "removed": "The account was removed, with everything that was its own.",
    "taken-back": "The invitation was taken back. Its link is useless now.",
}


@blueprint.get("")
def page() -> str:
    """Show everybody who has an account, and the invitations that nobody has used."""
    return render(done=DONE.get(request.args.get("done", ""), ""))


@blueprint.post("/invitations")
def invite() -> str | tuple[str, int]:
    """Make an invitation and show its link, this once."""
    try:
        secret = current_services().people.invitations.make(g.person.id, role=role())
    except PersonUnknown:
        return render(problem="Nobody can be invited before there is an account of your own."), 400
    return render(link=url_for("login.invitation", token=secret, _external=True))


@blueprint.post(f"/invitations/<{ID}:invitation_id>/remove")
def take_back(invitation_id: int) -> Response:
    """Make an invitation useless."""
    current_services().people.invitations.take_back(invitation_id)
    return back("taken-back")


@blueprint.post(f"/<{ID}:reader_id>/role")
def change_role(reader_id: int) -> Response | tuple[str, int]:
    """Give an account another role."""
    wanted = role()
    try:
        current_services().people.accounts.set_role(reader_id, wanted)
    except (AccountRefused, PersonUnknown) as error:
        return render(problem=str(error)), 400
    if reader_id == g.person.id and wanted is not Role.ADMIN:
        return redirect(url_for("settings.page"), code=303)
    return back("role")


@blueprint.post(f"/<{ID}:reader_id>/remove")
def remove(reader_id: int) -> Response | tuple[str, int]:
    """Remove an account with everything that is its own."""
    try:
        current_services().people.accounts.remove(reader_id)
    except (AccountRefused, PersonUnknown) as error:
        return render(problem=str(error)), 400
    return back("removed")


def role() -> Role:
    """Return the role of the form; 400 for one that there is not."""
    written = request.form.get("role", Role.READER.value)
    return Role(written) if written in set(Role) else abort(400)


def back(done: str) -> Response:
    """Return to the page as a GET, so that reloading repeats nothing."""
    return redirect(url_for("people.page", done=done), code=303)


def render(*, done: str = "", problem: str = "", link: str = "") -> str:
    """Render the page of people."""
    people = current_services().people
    everybody = people.accounts.all()
    return render_template(
        "people.html",
        everybody=everybody,
        names={one.id: one.name for one in everybody},
        invitations=people.invitations.open(),
        done=done,
        problem=problem,
        link=link,
    )
