"""Makes the Flask app from services: pages, filters, security and error pages wired together."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, g, url_for
from jinja2 import StrictUndefined

from web import comparisons, presenters
from web.ahead import install_ahead
from web.bodies import without_remote_media
from web.compress import install_compression
from web.errors import install_errors
from web.links import with_links
from web.oneview import install_one_view
from web.pages import app as installed
from web.pages import (
    articles,
    ask,
    comments,
    compare,
    days,
    digest_links,
    digests,
    feeds,
    front,
    labels,
    login,
    marks,
    outlets,
    people,
    search,
    searches,
    settings,
    status,
    stories,
    topics,
)
from web.people import install_people
from web.pieces import install_pieces
from web.quick import QuickUrls, bars
from web.security import install_security
from web.services import EXTENSION, Services
from web.zones import zone_named

STATIC = Path(__file__).parent / "static"
PAGES = (
    front,
    days,
    marks,
    stories,
    compare,
    comments,
    articles,
    outlets,
    labels,
    ask,
    topics,
    feeds,
    search,
    searches,
    status,
    login,
    settings,
    people,
    digests,
    digest_links,
    installed,
)


class Site(QuickUrls, Flask):
    """Flask with templates that fail on a misspelt name instead of printing nothing."""

    jinja_options = Flask.jinja_options | {"undefined": StrictUndefined}


def create_app(services: Services) -> Flask:
    """Return the site over `services`; raise SettingsError for a time zone that does not exist."""
    app = Site("web")
    app.extensions[EXTENSION] = services
    zone = zone_named(services.time_zone)
    # The order matters: the clock is read first, so that an error page has its time too.
    app.before_request(lambda: setattr(g, "now", services.clock.now()))
    app.before_request(lambda: setattr(g, "zone", zone))
    install_security(app, services)
    install_one_view(app, services)
    install_people(app)
    install_errors(app)
    install_compression(app)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    app.jinja_env.filters.update(filters())
    app.jinja_env.globals.update(asset=asset_urls(), bars=bars)
    install_pieces(app)
    install_ahead(app, stories.make)
    app.context_processor(
        lambda: {
            "site_name": services.site_name,
            "page_lang": presenters.PAGE_LANG,
            "now": g.now,
            "zone_name": zone_name(services.time_zone),
        }
    )
    return app


def zone_name(of_instance: str) -> str:
    """Return the name of the zone in which this page tells times: the reader's, or that of the instance."""
    person = g.get("person")
    return (person and person.time_zone) or of_instance or presenters.zone_label(g.now, g.zone)


def filters() -> dict[str, Callable[..., Any]]:
    """Return the filters of the templates; those that tell times use the request's one moment and zone."""

    def relative(at: datetime) -> str:
        return presenters.relative(at, g.now)

    def absolute(at: datetime) -> str:
        return presenters.absolute(at, g.now, g.zone)

    return {
        "relative": relative,
        "absolute": absolute,
        "full_time": lambda at: presenters.full_time(at, g.zone),
        "full_date": lambda at: presenters.full_date(at, g.zone),
        "iso": presenters.iso,
        "count": presenters.count,
        "size_line": presenters.size_line,
        "later": presenters.later,
        "reading_time": presenters.reading_time,
        "language": presenters.language,
        "foreign": presenters.foreign,
        "external": presenters.external,
        "bare_url": presenters.bare_url,
        "times": presenters.times,
        "reposts_line": presenters.reposts_line,
        "copies_line": presenters.copies_line,
        "poll_bars": presenters.poll_bars,
        "poll_words": presenters.poll_words,
        "duration": presenters.duration,
        "event_line": presenters.event_line,
        "body": without_remote_media,
        **comparisons.FILTERS,
        "linked": with_links,
    }


def asset_urls() -> Callable[[str], str]:
    """Return a function from the name of a static file to its URL, which changes with its content."""
    marks = {
        file.name: sha256(file.read_bytes()).hexdigest()[:12] for file in STATIC.iterdir() if file.is_file()
    }

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=marks[name])

    return asset
