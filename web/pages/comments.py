"""The forms under a story: write, answer, change, delete, hide and show comments.

Each leads back to the comment on the story's page. What cannot be saved comes back in its form, with the
reason beside it.
"""

from collections.abc import Callable

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from aggregator.domain.errors import CommentUnknown, StoryUnknown, WrongUse
from aggregator.readers.views import StoryPage
from web.pages.ids import ID
from web.pages.marks import reader
from web.pages.stories import Draft, number, render
from web.services import current_services

blueprint = Blueprint("comments", __name__)


@blueprint.post(f"/stories/<{ID}:story_id>/comments")
def write(story_id: int) -> Response | tuple[str, int]:
    """Write a comment under a story; an answer when the form names a comment."""
    text, above = request.form.get("text", ""), number("reply_to")
    form = "new" if above is None else f"reply-{above}"
    comments = current_services().comments
    try:
        made = comments.write(reader(), story_id, text, reply_to=above)
    except StoryUnknown:
        abort(404, f"There is no story {story_id}.")
    except WrongUse as error:
        # What it answers may be gone: then the form is, too, and the text goes on in the other one.
        gone = isinstance(error, CommentUnknown)
        return refused(story_id, Draft(form="new" if gone else form, text=text, problem=str(error)))
    return to(comments.story_of(made) or story_id, f"comment-{made}")


@blueprint.post(f"/comments/<{ID}:comment_id>/edit")
def edit(comment_id: int) -> Response | tuple[str, int]:
    """Change the text of a comment, if it is still the one that the form showed."""
    text, version = request.form.get("text", ""), request.form.get("version", "")
    act = current_services().comments.edit
    return done("edit", comment_id, lambda: act(reader(), comment_id, text, version=version), text)


@blueprint.post(f"/comments/<{ID}:comment_id>/delete")
def delete(comment_id: int) -> Response | tuple[str, int]:
    """Delete a comment."""
    act = current_services().comments.delete
    return done("delete", comment_id, lambda: act(reader(), comment_id))


@blueprint.post(f"/comments/<{ID}:comment_id>/hide")
def hide(comment_id: int) -> Response | tuple[str, int]:
    """Hide a comment from all but admins, with a reason."""
    why, act = request.form.get("why", ""), current_services().comments.hide
    return done("hide", comment_id, lambda: act(reader(), comment_id, why), why)


@blueprint.post(f"/comments/<{ID}:comment_id>/show")
def show(comment_id: int) -> Response | tuple[str, int]:
    """Show a hidden comment again."""
    act = current_services().comments.show
    return done("hide", comment_id, lambda: act(reader(), comment_id))


def done(form: str, comment_id: int, act: Callable[[], None], text: str = "") -> Response | tuple[str, int]:
    """Do it and lead back to the comment, or to all of them when it is gone; else show why not."""
    comments = current_services().comments
    home = comments.story_of(comment_id)
    if home is None:
        abort(404, str(CommentUnknown(comment_id)))
    try:
        act()
    except WrongUse as error:
        return refused(home, Draft(form=f"{form}-{comment_id}", text=text, problem=str(error)))
    is_there = comments.story_of(comment_id) is not None
    return to(home, f"comment-{comment_id}" if is_there else "comments")


def to(story_id: int, place: str) -> Response:
    """Lead to a place on a story's page, whether it is among the latest threads or not."""
    whole = "all" if current_services().comments.thread(reader(), story_id).before else None
    address = url_for("stories.page", story_id=story_id, comments=whole, _anchor=place)
    return redirect(address, code=303)


def refused(story_id: int, draft: Draft) -> tuple[str, int]:
    """Show the story with what was typed and why it was not taken."""
    reading = current_services().reading
    found = reading.story(story_id)
    story = reading.story(found) if isinstance(found, int) else found
    if not isinstance(story, StoryPage):
        abort(404, f"There is no story {story_id}.")
    return render(story, draft=draft), 400
