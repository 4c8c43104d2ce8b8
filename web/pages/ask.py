"""Questions about one story or everything: sentences that answer, each with its outlet, time and link."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.pages.ids import ID
from web.pages.marks import is_opened
from web.pages.search import tidy
from web.services import current_services

blueprint = Blueprint("ask", __name__)


@blueprint.get("/ask", defaults={"story_id": None})
@blueprint.get(f"/stories/<{ID}:story_id>/ask")
def page(story_id: int | None) -> str | Response:
    """Show what answers `q`, or the bare form; the number of a merged story leads on.

    A model that the settings name is asked only when a person opened the page, not when another site did.
    """
    question = tidy(request.args.get("q", ""))
    found = current_services().desk.ask(question, story=story_id, may_rephrase=is_opened())
    if found is None:
        abort(404, f"There is no story {story_id}.")
    if isinstance(found, int):
        return redirect(url_for("ask.page", story_id=found, q=question), code=301)
    return render_template("ask.html", page=found)
