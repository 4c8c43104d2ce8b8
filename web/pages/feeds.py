"""The feeds: their health, and the forms that add, remove, import, export and check them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from aggregator.domain.errors import FeedUnknown, WrongUse
from aggregator.domain.feeds import NewFeed
from aggregator.readers.views import FeedLine
from web.pages.ids import ID
from web.services import current_services

blueprint = Blueprint("feeds", __name__)

DONE: Final = {
    "added": "The feed was added and is being fetched. Its stories appear in a moment.",
    "known": "That feed is in the list already. Nothing was changed.",
    "unseen": "The feed was added, although its address could not be read just now. It is tried again "
    "by itself; the table below tells how it goes.",
    "removed": "The feed was removed: it is no longer fetched. Its articles stay.",
    "refresh": "All feeds are being checked now. Reload this page in a moment to see what came.",
}
"""What a form did, told on the page after it: a key in the address, so that no cookie is needed."""
NEEDS_READER: Final = frozenset({"failing", "gone"})
HEALTH_ORDER: Final = ("ok", "waiting", "failing", "gone", "paused")


@blueprint.get("/feeds")
def page() -> str:
    """Show every feed with its health, and the forms."""
    return render(done=DONE.get(request.args.get("done", ""), ""))


@blueprint.post("/feeds")
def add() -> Redirect | tuple[str, int]:
    """Subscribe to the feed of the form."""
    url, folder = (request.form.get(name, "").strip() for name in ("url", "folder"))
    if not url:
        return render(problem="Write the address of a feed, or of a page that has one.", folder=folder), 400
    try:
        added = current_services().subscribe.add(NewFeed(url=url, folder=folder))
    except WrongUse as error:
        return render(problem=str(error), url=url, folder=folder), 400
    if not added.is_new:
        return back("known")
    current_services().refresh_soon()
    return back("unseen" if added.note else "added")


@blueprint.post(f"/feeds/<{ID}:feed_id>/remove")
def remove(feed_id: int) -> Redirect:
    """End a subscription."""
    try:
        current_services().subscribe.remove(str(feed_id))
    except FeedUnknown:
        abort(404, f"There is no feed {feed_id}. It may have been removed already.")
    return back("removed")


@blueprint.post("/feeds/import")
def import_opml() -> str | tuple[str, int]:
    """Subscribe to the feeds of an OPML file and tell what became of each line."""
    file = request.files.get("opml")
    if file is None or not file.filename:
        return render(import_problem="Choose an OPML file first."), 400
    name = PurePath(file.filename.replace("\\", "/")).name
    try:
        report = current_services().subscribe.import_opml(file.read(), name)
    except WrongUse as error:
        return render(import_problem=str(error)), 400
    if report.count("added"):
        current_services().refresh_soon()
    return render_template("imported.html", report=report, name=name)


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


def back(done: str) -> Redirect:
    """Return to the page of feeds, as a GET, so that reloading it repeats nothing."""
    return redirect(url_for("feeds.page", done=done), code=303)


def render(
    *,
    done: str = "",
    problem: str = "",
    url: str = "",
    folder: str = "",
    import_problem: str = "",
) -> str:
    """Render the page of feeds, with what was typed when it could not be done."""
    lines = current_services().reading.feeds()
    return render_template(
        "feeds.html",
        troubled=tuple(line for line in lines if line.health in NEEDS_READER),
        others=tuple(line for line in lines if line.health not in NEEDS_READER),
        total=len(lines),
        tally=health_tally(lines),
        folders=sorted({line.feed.folder for line in lines if line.feed.folder}),
        done=done,
        problem=problem,
        url=url,
        folder=folder,
        import_problem=import_problem,
    )


def health_tally(lines: Sequence[FeedLine]) -> tuple[tuple[str, int], ...]:
    """Return how many feeds have each state of health, leaving out the states that none has."""
    found = Counter(line.health for line in lines)
    return tuple((health, found[health]) for health in HEALTH_ORDER if found[health])
