"""The stories of one topic, best first: where the sections of the front page lead on."""

from flask import Blueprint, abort, render_template, request

from web.pages.marks import lens
from web.services import current_services

blueprint = Blueprint("topics", __name__, url_prefix="/topic")


@blueprint.get("/<name>")
def page(name: str) -> str:
    """Show the stories of a topic that follow the cursor `after`."""
    after = request.args.get("after") or None
    found = current_services().reading.topic(name, after=after, lens=lens())
    if found is None:
        abort(404, "There is no such topic.")
    return render_template("topic.html", found=found, after=after)
