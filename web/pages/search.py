"""A search as a page and as a feed: stories that answer what was asked, by its words and its meaning."""

import unicodedata
from typing import Final

from flask import Blueprint, Response, abort, g, render_template, request, url_for

from aggregator.readers.found import SearchPage
from web.atom import render_atom
from web.pages.marks import lens
from web.services import current_services

blueprint = Blueprint("search", __name__)

LONGEST_QUERY: Final = 300


@blueprint.get("/search")
def page() -> str:
    """Show what was found for `q`, after the first `from` stories; or the bare form."""
    query = tidy(request.args.get("q", ""))
    if not query:
        return render_template("search.html", page=SearchPage(query=""), query=query)
    page = current_services().search(query, zone=g.zone, lens=lens(), start=start())
    return render_template("search.html", page=page, query=query)


@blueprint.get("/search.atom")
def feed() -> Response:
    """Send what is found for `q` as a feed, the newest first."""
    query = tidy(request.args.get("q", ""))
    if not query:
        abort(400, "A feed needs a search: add ?q= and the words to its address, or copy it from a search.")
    found = current_services().search.latest(query, zone=g.zone, lens=lens())
    document = render_atom(
        found.found,
        title=f"{current_services().site_name}: {query}",
        self_link=url_for("search.feed", q=query, _external=True),
        page_link=url_for("search.page", q=query, _external=True),
        story_link=lambda one: url_for("stories.page", story_id=one.card.id, _external=True),
        now=g.now,
    )
    return Response(document, mimetype="application/atom+xml")


def start() -> int:
    """Return after how many stories the page begins; anything that is no such number is the first page."""
    written = request.args.get("from", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else 0


def tidy(query: str) -> str:
    """Return a query on one line, without control characters, cut to a length a person would type."""
    printable = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in query)
    return " ".join(printable.split())[:LONGEST_QUERY].strip()
