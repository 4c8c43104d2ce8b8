"""The list of outlets, the page of one with its work, its feeds and its articles, and how outlets overlap."""

from flask import Blueprint, abort, g, render_template, request

from web import outletwords
from web.pages.ids import ID
from web.services import current_services

blueprint = Blueprint("outlets", __name__, url_prefix="/outlets")
blueprint.add_app_template_filter(outletwords.share, "weeks_share")
blueprint.add_app_template_filter(outletwords.lag, "lag_words")
blueprint.add_app_template_filter(outletwords.volume, "volume_words")
blueprint.add_app_template_filter(outletwords.day_named, "day_named")
blueprint.add_app_template_filter(outletwords.bars, "day_bars")


@blueprint.get("")
def listing() -> str:
    """Show every outlet."""
    return render_template("outlets.html", outlets=current_services().reading.outlets())


@blueprint.get(f"/<{ID}:outlet_id>")
def page(outlet_id: int) -> str:
    """Show the outlet, its work of the last weeks, and its articles that follow the cursor `after`."""
    after = request.args.get("after") or None
    outlet = current_services().reading.outlet(outlet_id, after=after)
    if outlet is None:
        abort(404, f"There is no outlet {outlet_id}.")
    work = None if after else current_services().desk.work.outlet(outlet_id, zone=g.zone)
    return render_template("outlet.html", page=outlet, after=after, work=work)


@blueprint.get("/overlap")
def overlap() -> str:
    """Show how the busiest outlets overlap, and which of them add little."""
    return render_template("overlap.html", page=current_services().desk.work.overlap())
