from datetime import timedelta

from flask import Flask, url_for

from aggregator.readers.views import Coverage
from tests.fakes import NOON
from web.quick import bars


def test_addresses_follow_where_the_site_is_mounted(app: Flask) -> None:
    told = []
    for mounted in ("", "/news", ""):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": mounted}):
            told.append((url_for("stories.page", story_id=7), app.url_for("front.page", after="1~2")))

    assert told == [
        ("/stories/7", "/?after=1~2"),
        ("/news/stories/7", "/news/?after=1~2"),
        ("/stories/7", "/?after=1~2"),
    ]


def test_whole_addresses_follow_the_name_that_was_asked_for(app: Flask) -> None:
    told = []
    for host in ("http://127.0.0.1", "http://localhost:8080"):
        with app.test_request_context("/", base_url=host):
            told.append(url_for("stories.page", story_id=7, _external=True))

    assert told == ["http://127.0.0.1/stories/7", "http://localhost:8080/stories/7"]


def test_a_bar_is_as_high_as_its_count_and_an_empty_span_is_marked() -> None:
    coverage = Coverage(
        counts=(4, 0, 1),
        first_at=NOON,
        last_at=NOON + timedelta(hours=3),
        peak_at=NOON,
        peak_until=NOON + timedelta(hours=1),
    )

    assert bars(coverage, "spark") == (
        '<svg class="spark" viewBox="0 0 15 16" width="15" height="16" preserveAspectRatio="none"'
        ' aria-hidden="true" focusable="false">'
        '<rect x="0" y="0.0" width="4" height="16.0"/>'
        '<rect x="5" y="15" width="4" height="1" class="none"/>'
        '<rect x="10" y="12.0" width="4" height="4.0"/></svg>'
    )
