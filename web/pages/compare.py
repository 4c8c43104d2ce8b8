"""The page that lays a story's outlets side by side: a GET form chooses them, each choice has its address."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.pages.ids import ID
from web.services import current_services

blueprint = Blueprint("compare", __name__, url_prefix="/stories")

LARGEST = 2**63
"""Numbers of the database are smaller."""


@blueprint.get(f"/<{ID}:story_id>/compare")
def page(story_id: int) -> str | Response | tuple[str, int]:
    """Show the story's outlets side by side; the id of a merged story leads on for ever."""
    axis = request.args.get("axis", "").strip()
    found = current_services().comparing(story_id, outlets=chosen(request.args.getlist("outlet")), axis=axis)
    if found is None:
        abort(404, f"There is no story {story_id}.")
    if isinstance(found, int):
        asked = request.query_string.decode("ascii", "ignore")
        return redirect(url_for("compare.page", story_id=found) + (f"?{asked}" if asked else ""), code=301)
    shown = render_template("compare.html", page=found)
    return (shown, 400) if found.problem else shown


def chosen(written: list[str]) -> list[int]:
    """Return the numbers of the outlets asked for; what is no number is 0, which no outlet has."""
    return [
        int(one) if one.isascii() and one.isdigit() and len(one) < 20 and int(one) < LARGEST else 0
        for one in written
    ]
