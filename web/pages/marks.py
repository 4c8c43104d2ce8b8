"""The buttons of cards and stories: read, save, follow and mute; and the pages of what was kept and muted.

Every form ends at the page that it was on, with the focus on its card, so that reloading repeats nothing.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from aggregator.domain.errors import DatabaseBusy, MuteRefused
from aggregator.domain.ids import ReaderId
from aggregator.domain.readers import Reader, Shelf
from aggregator.readers.lens import Lens, Show
from aggregator.readers.views import StoryPage
from web.pages.ids import ID
from web.services import current_services

blueprint = Blueprint("marks", __name__)

MARKED: Final = "marked"
"""Tells the page after a bulk action which one it was, in the address, so that no cookie is needed."""
NOT_NOW: Final = "unread"
"""In the address of a story or article that was just taken back: showing it does not read it again."""
WAITS: Final = 0.02
"""Seconds that a page waits until it can write that somebody opened it."""
MOST: Final = 200
"""Stories that one form may mark; a page has about fifty."""


def reader() -> ReaderId:
    """Return who is reading."""
    return cast(Reader, g.person).id


def lens() -> Lens:
    """Return the view of whoever asks for this page, as its address says."""
    unread = request.args.get("show") == Show.UNREAD.value
    return Lens(reader=reader(), show=Show.UNREAD if unread else Show.ALL)


def is_opened() -> bool:
    """Return whether a person opened this page, from here or by typing: not a prefetch, and no other site.

    Browsers leave `Sec-Fetch-Site` out on plain http to anything but loopback; there the referrer tells.
    """
    if NOT_NOW in request.args or "prefetch" in request.headers.get("Sec-Purpose", ""):
        return False
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    return urlsplit(request.referrer or "").netloc == request.host


def on_opening(mark: Callable[[float | None], object]) -> None:
    """Mark what a person opened; while a build writes, a little later, so that the page does not wait.

    `mark` takes the seconds that it may wait for another writer, None for as long as it takes.
    """
    try:
        mark(WAITS)
    except DatabaseBusy:
        current_services().later(lambda: mark(None))


def here() -> str:
    """Return the address of this page within the site, for forms to lead back to."""
    if "here" not in g:  # every card asks
        g.here = inside(request.full_path)
    return str(g.here)


def inside(address: str, **added: object) -> str:
    """Return an address of this site without the traces of earlier forms; the front page for any other."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return url_for("front.page")
    # Browsers read a backslash as a slash, and drop tabs and line ends: `/\host` and `/<tab>/host` lead away.
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or address.startswith("//"):
        return url_for("front.page")
    if "\\" in address or any(ord(letter) < 0x20 for letter in address):
        return url_for("front.page")
    asked = [(key, value) for key, value in parse_qsl(parts.query) if key not in {MARKED, NOT_NOW, "done"}]
    query = urlencode([*asked, *added.items()])
    return f"{parts.path}?{query}" if query else parts.path


def back(story_id: int | None = None, **added: object) -> Response:
    """Return to the page of the form, to the card of a story."""
    address = inside(request.form.get("back", ""), **added)
    return redirect(f"{address}#card-{story_id}" if story_id else address, code=303)


def as_of() -> datetime | None:
    """Return the moment that the form's page was made from; 400 for one that Broadfold did not write."""
    written = request.form.get("as_of", "")
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        abort(400)
    return moment if moment.tzinfo else abort(400)


@blueprint.post(f"/stories/<{ID}:story_id>/mark")
def story(story_id: int) -> Response:
    """Do with a story what the pressed button says."""
    marks, who = current_services().marks, reader()
    match request.form.get("act", ""):
        case "read":
            marks.read(who, [story_id], as_of=as_of())
        case "unread":
            marks.unread(who, story_id)
            if urlsplit(request.form.get("back", "")).path == url_for("stories.page", story_id=story_id):
                return back(story_id, **{NOT_NOW: 1})
        case "save" | "unsave" as act:
            marks.keep(who, story_id, Shelf.SAVED, is_kept=act == "save")
        case "follow" | "unfollow" as act:
            marks.keep(who, story_id, Shelf.FOLLOWED, is_kept=act == "follow")
        case _:
            abort(400)
    return back(story_id)


@blueprint.post(f"/articles/<{ID}:article_id>/mark")
def article(article_id: int) -> Response:
    """Take an article back, or mark it read."""
    act = request.form.get("act", "")
    if act not in {"read", "unread"}:
        abort(400)
    current_services().marks.article(reader(), article_id, is_read=act == "read")
    return back(**({NOT_NOW: 1} if act == "unread" else {}))


@blueprint.post("/read")
def page_read() -> Response:
    """Mark the stories of a page read, as of what was seen, and offer to undo it."""
    named = request.form.get("stories", "").split(",")[:MOST]
    ids = [int(one) for one in named if one.isascii() and one.isdigit() and len(one) < 19]
    done = current_services().marks.read(reader(), ids, as_of=as_of())
    return back(**({MARKED: done} if done else {}))


@blueprint.post("/read/undo")
def undo() -> Response:
    """Take back what was marked at once."""
    written = request.form.get("bulk", "")
    if not (written.isascii() and written.isdigit() and len(written) < 19):
        abort(400)
    current_services().marks.undo(reader(), int(written))
    return back()


@blueprint.get("/saved", defaults={"shelf": Shelf.SAVED})
@blueprint.get("/followed", defaults={"shelf": Shelf.FOLLOWED})
def kept(shelf: Shelf) -> str:
    """Show the stories that the reader saved, or follows, the latest first."""
    after = request.args.get("after") or None
    found = current_services().reading.kept(shelf, lens=lens(), after=after)
    return render_template("kept.html", found=found, shelf=shelf.value, after=after)


@blueprint.get("/mutes")
def rules() -> str:
    """Show the reader's rules, and the form for one more; `?story=` fills it with what that story has."""
    return render()


@blueprint.post("/mutes")
def mute() -> Response | tuple[str, int]:
    """Add a rule."""
    kind, _, named = request.form.get("what", "").partition(":")
    value = request.form.get("word", "") if kind == "word" else named
    scope = request.form.get("scope", "")
    try:
        current_services().marks.mute(reader(), kind, value, scope=scope)
    except MuteRefused as error:
        return render(problem=str(error)), 400
    return back()


@blueprint.post(f"/mutes/<{ID}:mute_id>/remove")
def unmute(mute_id: int) -> Response:
    """Remove a rule."""
    current_services().marks.unmute(reader(), mute_id)
    return redirect(url_for("marks.rules"), code=303)


def render(problem: str = "") -> str:
    """Render the page of rules, with what was typed when it could not be done."""
    number = request.values.get("story", "")
    found = current_services().reading.story(int(number)) if number.isdigit() and len(number) < 19 else None
    return render_template(
        "mutes.html",
        mutes=current_services().marks.mutes(reader()),
        card=found.card if isinstance(found, StoryPage) else None,
        topic=found.topic if isinstance(found, StoryPage) else None,
        outlets=sorted({(one.outlet_id, one.outlet) for one in found.reports}, key=lambda one: one[1])
        if isinstance(found, StoryPage)
        else [],
        back=inside(request.values.get("back", "")),
        problem=problem,
    )
