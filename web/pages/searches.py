"""The searches that a reader keeps: their list, their forms, and a feed for each at a secret address.

Every form ends at the list, so that reloading repeats nothing.
"""

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from aggregator.domain.errors import SavedSearchRefused
from aggregator.readers.lens import Lens
from web.atom import render_atom
from web.pages.ids import ID
from web.pages.marks import reader
from web.pages.search import tidy
from web.services import current_services

blueprint = Blueprint("searches", __name__, url_prefix="/searches")


@blueprint.get("")
def page() -> str:
    """Show the searches, with what the last form did."""
    return render()


@blueprint.post("")
def save() -> Redirect | tuple[str, int]:
    """Keep a search under a name."""
    query, name = tidy(request.form.get("q", "")), request.form.get("name", "")
    try:
        number = current_services().saved_searches.save(reader(), query, name)
    except SavedSearchRefused as error:
        return render(problem=str(error)), 400
    return back(number, done="saved")


@blueprint.post(f"/<{ID}:search_id>")
def change(search_id: int) -> Redirect | tuple[str, int]:
    """Do with a search what the pressed button says."""
    saved, who = current_services().saved_searches, reader()
    try:
        match request.form.get("act", ""):
            case "rename":
                found = saved.rename(who, search_id, request.form.get("name", ""))
            case "up" | "down" as act:
                found = saved.move(who, search_id, -1 if act == "up" else 1)
            case "show" | "hide" as act:
                found = saved.show(who, search_id, on_front=act == "show")
            case "renew":
                found = saved.renew(who, search_id)
            case "remove":
                gone = saved.remove(who, search_id)
                if gone is not None:
                    address = url_for("searches.page", gone=gone.query, named=gone.name)
                    return redirect(address, code=303)
                found = False
            case _:
                abort(400)
    except SavedSearchRefused as error:
        return render(problem=str(error)), 400
    if not found:
        abort(404, "This search is kept no longer.")
    return back(search_id, done=request.form.get("act", ""))


@blueprint.get("/<token>.atom")
def feed(token: str) -> Response:
    """Send a kept search as a feed, to whoever knows its secret address."""
    saved = current_services().saved_searches.by_token(token)
    if saved is None:
        abort(404, "There is no feed at this address: its search was deleted, or it was given another one.")
    found = current_services().search.latest(saved.query, zone=g.zone, lens=Lens(reader=saved.reader))
    document = render_atom(
        found.found,
        title=f"{current_services().site_name}: {saved.name}",
        self_link=url_for("searches.feed", token=token, _external=True),
        page_link=url_for("search.page", q=saved.query, _external=True),
        story_link=lambda one: url_for("stories.page", story_id=one.card.id, _external=True),
        now=g.now,
    )
    return Response(document, mimetype="application/atom+xml")


def back(number: int, *, done: str) -> Redirect:
    """Return to the list, to a search."""
    return redirect(f"{url_for('searches.page', done=done)}#search-{number}", code=303)


def render(problem: str = "") -> str:
    """Render the list, with what could not be done."""
    return render_template(
        "searches.html",
        searches=current_services().saved_searches.of(reader()),
        problem=problem,
        query=tidy(request.form.get("q", "")) if problem else "",
        name=request.form.get("name", "") if problem else "",
        done=request.args.get("done", ""),
        gone=tidy(request.args.get("gone", "")),
        named=tidy(request.args.get("named", "")),
    )
