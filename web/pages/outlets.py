"""The list of outlets, and the page of one with its feeds and its latest articles."""

from flask import Blueprint, abort, render_template, request

from web.pages.ids import ID
from web.services import current_services

blueprint = Blueprint("outlets", __name__, url_prefix="/outlets")


@blueprint.get("")
def listing() -> str:
    """Show every outlet."""
    return render_template("outlets.html", outlets=current_services().reading.outlets())


@blueprint.get(f"/<{ID}:outlet_id>")
def page(outlet_id: int) -> str:
    """Show the outlet and its articles that follow the cursor `after`."""
    after = request.args.get("after") or None
    outlet = current_services().reading.outlet(outlet_id, after=after)
    if outlet is None:
        abort(404, f"There is no outlet {outlet_id}.")
    return render_template("outlet.html", page=outlet, after=after)
