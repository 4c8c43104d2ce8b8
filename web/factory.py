"""Makes the Flask app from services: pages, filters, security and error pages wired together."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask, g, url_for
from jinja2 import StrictUndefined

from aggregator.domain.errors import SettingsError
from web import presenters
from web.bodies import without_remote_media
from web.errors import install_errors
from web.pages import articles, ask, feeds, front, labels, marks, outlets, search, status, stories, topics
from web.security import install_security
from web.services import EXTENSION, Services

STATIC = Path(__file__).parent / "static"


class Site(Flask):
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
    install_errors(app)
    for page in (front, marks, stories, articles, outlets, labels, ask, topics, feeds, search, status):
        app.register_blueprint(page.blueprint)
    app.jinja_env.filters.update(filters(zone))
    app.jinja_env.globals.update(asset=asset_urls())
    app.context_processor(
        lambda: {
            "site_name": services.site_name,
            "page_lang": presenters.PAGE_LANG,
            "now": g.now,
            "zone_name": services.time_zone or presenters.zone_label(g.now, zone),
        }
    )
    return app


def zone_named(name: str) -> tzinfo | None:
    """Return the zone of an IANA name; None, which datetime reads as the machine's own, for ''."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        problem = f"{name!r} is not a time zone; write it as in “Europe/Oslo”"
        raise SettingsError([problem], "the time zone for pages") from error


def filters(zone: tzinfo | None) -> dict[str, Callable[..., Any]]:
    """Return the filters of the templates; those that tell times use the request's one moment."""

    def relative(at: datetime) -> str:
        return presenters.relative(at, g.now)

    def absolute(at: datetime) -> str:
        return presenters.absolute(at, g.now, zone)

    return {
        "relative": relative,
        "absolute": absolute,
        "full_time": lambda at: presenters.full_time(at, zone),
        "full_date": lambda at: presenters.full_date(at, zone),
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
    }


def asset_urls() -> Callable[[str], str]:
    """Return a function from the name of a static file to its URL, which changes with its content."""
    marks = {
        file.name: sha256(file.read_bytes()).hexdigest()[:12] for file in STATIC.iterdir() if file.is_file()
    }

    def asset(name: str) -> str:
        return url_for("static", filename=name, v=marks[name])

    return asset
