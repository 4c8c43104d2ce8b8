"""The search page: stories whose articles hold the words asked for."""

import unicodedata
from typing import Final

from flask import Blueprint, render_template, request

from aggregator.readers.views import SearchPage
from web.services import current_services

blueprint = Blueprint("search", __name__, url_prefix="/search")

LONGEST_QUERY: Final = 300


@blueprint.get("")
def page() -> str:
    """Show what was found for `q`, or the bare form."""
    query = tidy(request.args.get("q", ""))
    found = current_services().reading.search(query) if query else SearchPage(query="", cards=())
    return render_template("search.html", found=found, query=query)


def tidy(query: str) -> str:
    """Return a query on one line, without control characters, cut to a length a person would type."""
    printable = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in query)
    return " ".join(printable.split())[:LONGEST_QUERY].strip()
