"""What makes an app of the site: its manifest, its service worker, and the page for when there is no network.

Nothing here tells of a reader, so all of it may be shown before anybody has signed in.
"""

from flask import Blueprint, Response, current_app, jsonify, render_template, url_for

from web.services import current_services

blueprint = Blueprint("app", __name__)

PAPER = "#fbfaf6"
"""The background of the light scheme in broadfold.css: what shows before the first page does."""


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """Describe the app to browsers that can install it (https://www.w3.org/TR/appmanifest/)."""
    name = current_services().site_name
    answer = jsonify(
        id=url_for("front.page"),
        name=name,
        short_name=name,
        description="The news of many outlets, one page per story.",
        lang="en",
        start_url=url_for("front.page"),
        scope=url_for("front.page"),
        display="standalone",
        background_color=PAPER,
        theme_color=PAPER,
        icons=[
            icon("icon-192.png", 192),
            icon("icon-512.png", 512),
            icon("icon-maskable-512.png", 512, "maskable"),
            {"src": static("favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
    )
    answer.mimetype = "application/manifest+json"
    return answer


def icon(file: str, side: int, purpose: str = "any") -> dict[str, str]:
    """Return what a manifest says of a square picture; `side` is in pixels."""
    return {"src": static(file), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}


def static(file: str) -> str:
    """Return the address of a static file, which changes with its content."""
    return str(current_app.jinja_env.globals["asset"](file))  # type: ignore[operator]


@blueprint.get("/service-worker.js")
def worker() -> Response:
    """Send the service worker: from the root, because it may only serve what lies beneath its own address."""
    answer = current_app.send_static_file("service-worker.js")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/offline")
def offline() -> str:
    """Show what this browser keeps for reading without a network; the browser fills the list in."""
    return render_template("offline.html")
