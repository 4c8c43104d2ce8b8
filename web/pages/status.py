"""The health check for whatever watches over the process: JSON, 200 while pages can be made."""

from flask import Blueprint, Response, current_app, jsonify

from aggregator.domain.errors import BroadfoldError
from web.people import identify
from web.services import current_services

blueprint = Blueprint("status", __name__)


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """Answer whether the database can be read, and to people who may read, how the feeds are."""
    try:
        lines = current_services().reading.feeds()
        person = identify()
    except BroadfoldError as error:
        current_app.logger.error("The health check failed: %s", error, exc_info=error)
        return jsonify(status="failing", problem=str(error)), 503
    if person is None:
        return jsonify(status="ok"), 200
    return jsonify(
        status="ok",
        feeds=len(lines),
        polled=sum(line.feed.last_polled_at is not None for line in lines),
        failing=sum(line.health in {"failing", "gone"} for line in lines),
    ), 200
