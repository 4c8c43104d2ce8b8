"""The feeds: their health, and the forms that add, change, remove, import, export and check them."""

import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import PurePath
from typing import Any, Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from aggregator.domain.errors import SeveralFeeds, WrongUse
from aggregator.domain.feeds import NewFeed
from aggregator.readers.views import FeedLine
from web.presenters import count
from web.security import UPLOAD_LIMIT
from web.services import current_services

blueprint = Blueprint("feeds", __name__)

DONE: Final = {
    "added": "{n} added and being fetched. The stories appear in a moment.",
    "known": "That feed is in the list already. Nothing was changed.",
    "unseen": "The feed was added, although its address could not be read just now. It is tried again "
    "by itself; the table below tells how it goes.",
    "removed": "{n} removed: no longer fetched. The articles stay.",
    "restored": "{n} brought back and being fetched.",
    "moved": "{n} moved.",
    "pause": "{n} paused: not fetched until you resume.",
    "resume": "{n} resumed and being fetched.",
    "every": "How often to fetch was set for {n}.",
    "whole": "The whole text of every new article is fetched for {n}.",
    "brief": "Whole texts are no longer fetched for {n}; those that are there stay.",
    "mute": "{n} muted: what nobody else brings stays off the front page.",
    "unmute": "{n} on the front page again.",
    "refresh": "All feeds are being checked now. Reload this page in a moment to see what came.",
}
"""What a form did, told on the page after it: a key in the address, so that no cookie is needed."""
INTERVALS: Final = (
    ("", "as often as usual"),
    ("15", "every 15 minutes"),
    ("30", "every 30 minutes"),
    ("60", "every hour"),
    ("180", "every 3 hours"),
    ("720", "every 12 hours"),
    ("1440", "every day"),
)
NEEDS_READER: Final = frozenset({"failing", "gone"})
HEALTH_ORDER: Final = ("ok", "waiting", "failing", "gone", "paused")


@blueprint.get("/feeds")
def page() -> str:
    """Show every feed with its health, and the forms."""
    sentence = DONE.get(request.args.get("done", ""), "")
    number = request.args.get("n", 1, int)
    return render(done=sentence.format(n=count(number, "feed")), undo=request.args.get("undo", 0, int))


@blueprint.post("/feeds")
def add() -> Redirect | str | tuple[str, int]:
    """Subscribe to the feed of the form, or to all that were chosen."""
    urls = [url for url in map(str.strip, request.form.getlist("url")) if url]
    folder = request.form.get("folder", "").strip()
    if not urls:
        return render(problem="Write the address of a feed, or of a page that has one.", folder=folder), 400
    done = []
    for url in urls:
        try:
            done.append(current_services().subscribe.add(NewFeed(url=url, folder=folder)))
        except SeveralFeeds as error:
            return render(choices=error.choices, site=error.url, folder=folder)
        except WrongUse as error:
            return render(problem=str(error), url=url, folder=folder), 400
    new = [one for one in done if one.is_new]
    if not new:
        return back("known")
    current_services().refresh_soon()
    return back("unseen" if len(new) == 1 and new[0].note else "added", n=len(new))


@blueprint.post("/feeds/change")
def change() -> Redirect | tuple[str, int]:
    """Do with the ticked feeds what the button says."""
    feeds = [number for number in request.form.getlist("feed", int) if 0 < number < 2**63]
    if not feeds:
        return render(change_problem="Tick some feeds first. Nothing was changed."), 400
    manage, wanted = current_services().manage, request.form.get("do", "")
    try:
        if wanted == "remove":
            return back("removed", n=len(set(feeds)), undo=manage.remove(feeds))
        if wanted == "move":
            return back("moved", n=manage.move(feeds, request.form.get("folder", "")))
        if wanted == "every":
            return back("every", n=manage.poll_every(feeds, interval()))
        if wanted in ("whole", "brief"):
            return back(wanted, n=manage.fetch_whole(feeds, wanted=wanted == "whole"))
        if wanted in ("mute", "unmute"):
            return back(wanted, n=manage.mute(feeds, muted=wanted == "mute"))
        if wanted not in ("pause", "resume"):
            abort(400, "Pressing one of the buttons tells what to do with the ticked feeds.")
        number = manage.pause(feeds) if wanted == "pause" else manage.resume(feeds)
    except WrongUse as error:
        return render(change_problem=str(error), ticked=feeds), 400
    if wanted == "resume":
        current_services().refresh_soon()
    return back(wanted, n=number)


def interval() -> timedelta | None:
    """Return how often the form wants feeds to be checked, None for the default."""
    minutes = request.form.get("minutes", "")
    if minutes not in dict(INTERVALS):
        abort(400, "Feeds can be checked only as often as the list offers.")
    return timedelta(minutes=int(minutes)) if minutes else None


@blueprint.post("/feeds/restore")
def restore() -> Redirect | tuple[str, int]:
    """Bring back the feeds of a removal."""
    try:
        number = current_services().manage.restore(request.form.get("removal", 0, int))
    except WrongUse as error:
        return render(change_problem=str(error)), 400
    current_services().refresh_soon()
    return back("restored", n=number)


@blueprint.post("/feeds/folders")
def rename_folder() -> Redirect | tuple[str, int]:
    """Give a folder another name."""
    old, new = (request.form.get(name, "") for name in ("old", "new"))
    try:
        return back("moved", n=current_services().manage.rename_folder(old, new))
    except WrongUse as error:
        return render(change_problem=str(error)), 400


@blueprint.post("/feeds/import")
def preview_opml() -> str | tuple[str, int]:
    """Show what an OPML file holds, and what an import would do with each line."""
    file = request.files.get("opml")
    if file is None or not file.filename:
        return render(import_problem="Choose an OPML file first."), 400
    name = PurePath(file.filename.replace("\\", "/")).name
    with closing(file):
        document = file.read()
    try:
        report = current_services().subscribe.preview_opml(document, name)
    except WrongUse as error:
        return render(import_problem=str(error)), 400
    return render_template("import.html", report=report, name=name, packed=packed(document))


@blueprint.post("/feeds/import/confirm")
def import_opml() -> str | tuple[str, int]:
    """Subscribe to the ticked lines of the file that was shown, and tell what became of each."""
    request.max_form_memory_size = UPLOAD_LIMIT
    name = request.form.get("name", "")
    document = unpacked(request.form.get("packed", ""))
    if document is None:
        return render(import_problem="The file did not come back whole. Choose it again."), 400
    chosen = frozenset(request.form.getlist("line", int))
    try:
        report = current_services().subscribe.import_opml(document, name, chosen)
    except WrongUse as error:
        return render(import_problem=str(error)), 400
    if report.count("added"):
        current_services().refresh_soon()
    return render_template("imported.html", report=report, name=name)


def packed(document: bytes) -> str:
    """Return a file as a hidden field carries it to the next form; no session is needed."""
    return b64encode(zlib.compress(document)).decode()


def unpacked(text: str) -> bytes | None:
    """Return the file of a hidden field, None when it is none, or more than may be uploaded."""
    unpacking = zlib.decompressobj()
    try:
        document = unpacking.decompress(b64decode(text, validate=True), UPLOAD_LIMIT)
    except (ValueError, zlib.error):
        return None
    return document if unpacking.eof else None


@blueprint.get("/feeds.opml")
def export_opml() -> Response:
    """Send every subscription as an OPML file."""
    document = current_services().subscribe.export_opml()
    answer = Response(document, mimetype="text/x-opml")
    answer.headers["Content-Disposition"] = 'attachment; filename="broadfold-feeds.opml"'
    return answer


@blueprint.post("/feeds/refresh")
def refresh() -> Redirect:
    """Ask for every feed to be checked now."""
    current_services().refresh_all_soon()
    return back("refresh")


def back(done: str, **told: Any) -> Redirect:
    """Return to the page of feeds, as a GET, so that reloading it repeats nothing."""
    return redirect(url_for("feeds.page", done=done, **told), code=303)


def render(
    *,
    done: str = "",
    undo: int = 0,
    problem: str = "",
    choices: Sequence[NewFeed] = (),
    site: str = "",
    url: str = "",
    folder: str = "",
    import_problem: str = "",
    change_problem: str = "",
    ticked: Sequence[int] = (),
) -> str:
    """Render the page of feeds, with what was typed when it could not be done."""
    lines = current_services().reading.feeds()
    return render_template(
        "feeds.html",
        troubled=tuple(line for line in lines if line.health in NEEDS_READER),
        others=tuple(line for line in lines if line.health not in NEEDS_READER),
        total=len(lines),
        tally=health_tally(lines),
        folders=sorted(Counter(line.feed.folder for line in lines if line.feed.folder).items()),
        intervals=INTERVALS,
        done=done,
        undo=undo,
        problem=problem,
        choices=choices,
        site=site,
        url=url,
        folder=folder,
        import_problem=import_problem,
        change_problem=change_problem,
        ticked=ticked,
    )


def health_tally(lines: Sequence[FeedLine]) -> tuple[tuple[str, int], ...]:
    """Return how many feeds have each state of health, leaving out the states that none has."""
    found = Counter(line.health for line in lines)
    return tuple((health, found[health]) for health in HEALTH_ORDER if found[health])
