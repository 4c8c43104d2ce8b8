"""The page of one story: every outlet's report of one event, copies folded under their origin.

Its forms put stories right; each ends at the page again, with what was done and a way to undo it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask import Response as Flasks
from werkzeug.wrappers import Response

from aggregator.domain.errors import StoryUnknown, WrongUse
from aggregator.domain.stories import Correction
from aggregator.readers.views import StoryPage
from web.exports import story_json, story_markdown
from web.pages.ids import ID
from web.pages.marks import is_opened, lens, on_opening, reader
from web.services import current_services

blueprint = Blueprint("stories", __name__, url_prefix="/stories")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A comment that could not be saved: what was typed in which form, and why it was not taken.

    `form` is `new`, or `reply`, `edit`, `delete` or `hide` with the number of the comment behind a dash.
    """

    form: str = ""
    text: str = ""
    problem: str = ""


BY: Final = "story page"
"""Where a correction came from, as the log tells it."""
LARGEST: Final = 2**63
"""Numbers of the database are smaller."""


@blueprint.get(f"/<{ID}:story_id>")
def page(story_id: int) -> str | Response:
    """Show the story; the id of a merged one leads on for ever."""
    story = whole(story_id, "stories.page")
    if not isinstance(story, StoryPage):
        return story
    mark = story.card.mark
    if mark and (mark.state.reading != "read" or mark.state.new) and is_opened():
        marks, who, seen = current_services().marks, reader(), mark.as_of
        on_opening(lambda waits: marks.read(who, [story_id], as_of=seen, patience=waits))
    return render(story, done=request.args.get("done", ""), undone="undone" in request.args)


def make(story_id: int) -> None:
    """Make the page of a story for nobody, so that the next one has most of it: `web/ahead.py`."""
    story = current_services().reading.story(story_id, lens=lens())
    if isinstance(story, StoryPage):
        render(story)


@blueprint.get(f"/<{ID}:story_id>.json")
def as_json(story_id: int) -> Response:
    """Send the story as JSON."""
    story = whole(story_id, "stories.as_json")
    if not isinstance(story, StoryPage):
        return story
    return jsonify(story_json(story, address=lasting(story), comments=comment_count(story)))


@blueprint.get(f"/<{ID}:story_id>.md")
def as_markdown(story_id: int) -> Response:
    """Send the story as Markdown."""
    story = whole(story_id, "stories.as_markdown")
    if not isinstance(story, StoryPage):
        return story
    site, written = current_services().site_name, comment_count(story)
    text = story_markdown(story, address=lasting(story), site=site, comments=written)
    return Flasks(text, mimetype="text/markdown")


def whole(story_id: int, endpoint: str) -> StoryPage | Response:
    """Return a story, or where `endpoint` has the one that it was merged into; 404 without one."""
    story = current_services().reading.story(story_id, lens=lens())
    if story is None:
        abort(404, f"There is no story {story_id}.")
    if isinstance(story, int):
        return redirect(url_for(endpoint, story_id=story), code=301)
    return story


def comment_count(story: StoryPage) -> int:
    """Return how many comments of a story there are to read."""
    return current_services().comments.thread(reader(), story.card.id).count


def lasting(story: StoryPage) -> str:
    """Return the whole address of a story, which stays for ever."""
    return url_for("stories.page", story_id=story.card.id, _external=True)


@blueprint.post(f"/<{ID}:story_id>/move")
def move(story_id: int) -> Response | tuple[str, int]:
    """Take an article out of the story, into another one when the form names its number."""
    correct = current_services().correct
    article, target = number("article"), number("to")
    if article is None:
        return refused(story_id, "Nothing was changed: the form named no article.")
    if target is None and request.form.get("to", "").strip():
        return refused(story_id, NO_NUMBER)
    if target is None:
        return corrected(story_id, lambda: correct.split(story_id, [article], by=BY))
    return corrected(story_id, lambda: correct.move(article, target, by=BY))


@blueprint.post(f"/<{ID}:story_id>/merge")
def merge(story_id: int) -> Response | tuple[str, int]:
    """Make the story one with another."""
    other = number("other")
    if other is None:
        return refused(story_id, NO_NUMBER)
    return corrected(story_id, lambda: current_services().correct.merge(story_id, other, by=BY))


@blueprint.post(f"/<{ID}:story_id>/undo")
def undo(story_id: int) -> Response | tuple[str, int]:
    """Take a correction back."""
    correction = number("correction")
    if correction is None:
        return refused(story_id, "Nothing was changed: the form named no correction.")
    return corrected(story_id, lambda: current_services().correct.undo(correction), told="undone")


NO_NUMBER: Final = (
    "Nothing was changed: write the number of the other story, the last part of its page’s address."
)


def number(field: str) -> int | None:
    """Return the number in a field of the form, None for anything else."""
    written = request.form.get(field, "").strip().removeprefix("#")
    found = int(written) if written.isascii() and written.isdigit() and len(written) < 20 else LARGEST
    return found if found < LARGEST else None


def corrected(
    story_id: int, act: Callable[[], Correction], *, told: str = "done"
) -> Response | tuple[str, int]:
    """Do it, and return to the story as a GET, so that reloading repeats nothing."""
    try:
        done = act()
    except WrongUse as error:
        return refused(story_id, str(error), story_named=isinstance(error, StoryUnknown))
    story = current_services().reading.story(story_id)
    home = story if isinstance(story, int) else story_id
    address = url_for("stories.page", story_id=home)
    return redirect(f"{address}?{told}={done.id}", code=303)


def refused(story_id: int, problem: str, *, story_named: bool = False) -> Response | tuple[str, int]:
    """Show the story again with why nothing was done; 404 when it is the story itself that is not there."""
    found = current_services().reading.story(story_id)
    story = current_services().reading.story(found) if isinstance(found, int) else found
    if not isinstance(story, StoryPage):
        abort(404, f"There is no story {story_id}.")
    words = "Nothing was changed: there is no story of that number." if story_named else problem
    return render(story, problem=words), 400


def render(
    story: StoryPage,
    *,
    done: str = "",
    undone: bool = False,
    problem: str = "",
    draft: Draft | None = None,
) -> str:
    """Render the page of a story.

    Args:
        story: what is on it.
        done: the number of the correction that was just made.
        undone: whether one was just taken back.
        problem: why a correction could not be made.
        draft: a comment that could not be saved.
    """
    corrections = current_services().correct.of_story(story.card.id)
    whole_thread = draft is not None or request.args.get("comments") == "all"
    return render_template(
        "story.html",
        story=story,
        corrections=corrections,
        done=next((one for one in corrections if str(one.id) == done), None),
        undone=undone,
        problem=problem,
        thread=current_services().comments.thread(reader(), story.card.id, whole=whole_thread),
        draft=draft or Draft(),
        is_read=is_opened() or None,
    )
