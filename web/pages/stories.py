"""The page of one story: every outlet's report of one event, copies folded under their origin."""

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from web.pages.ids import ID
from web.services import current_services

blueprint = Blueprint("stories", __name__, url_prefix="/stories")


@blueprint.get(f"/<{ID}:story_id>")
def page(story_id: int) -> str | Response:
    """Show the story; the id of a merged one leads on for ever."""
    story = current_services().reading.story(story_id)
    if story is None:
        abort(404, f"There is no story {story_id}.")
    if isinstance(story, int):
        return redirect(url_for("stories.page", story_id=story), code=301)
    return render_template("story.html", story=story)
