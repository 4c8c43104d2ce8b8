"""JSON Feed 1.0 and 1.1."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.domain.feeds import Failure, ParsedEntry, ParsedFeed, ParseFailed
from aggregator.feeds.jsonfeed import parse_json

URL = "https://pendulum.example/feed.json"


def read(*items: Any, **fields: Any) -> ParsedFeed | ParseFailed:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Pendulum", "items": list(items)} | fields
    return parse_json(json.dumps(feed), url=URL, limit=100)


def only(**item: Any) -> ParsedEntry:
    parsed = read(item)
    assert isinstance(parsed, ParsedFeed)
    return parsed.entries[0]


def test_a_feed_is_read_whole() -> None:
    parsed = read(
        {
            "id": 7,
            "url": "/essays/lock",
            "title": "A lock < two keys",
            "summary": "On trust & keys.",
            "content_html": "<p>Long.</p>",
            "date_published": "2031-03-14T12:00:00+01:00",
            "date_modified": "2031-03-14T13:00:00Z",
            "authors": [{"name": "Ada Quill"}, {"url": "https://b.example"}, {"name": "Bo Wren"}],
            "image": "/lock.jpg",
            "tags": ["essays", 4],
            "language": "de",
        },
        home_page_url="https://pendulum.example/",
        language="en",
    )
    entry = ParsedEntry(
        guid="7",
        link="https://pendulum.example/essays/lock",
        title="A lock &lt; two keys",
        summary="On trust &amp; keys.",
        content="<p>Long.</p>",
        author="Ada Quill, Bo Wren",
        published=datetime(2031, 3, 14, 11, tzinfo=UTC),
        updated=datetime(2031, 3, 14, 13, tzinfo=UTC),
        image_url="https://pendulum.example/lock.jpg",
        lang="de",
        tags=("essays",),
    )
    assert parsed == ParsedFeed(
        format="json11",
        title="Pendulum",
        site_url="https://pendulum.example/",
        lang="en",
        entries=(entry,),
    )


def test_plain_content_keeps_its_paragraphs() -> None:
    assert only(id="1", content_text="One < two.\nStill one.\n\nNext.").content == (
        "<p>One &lt; two.<br>Still one.</p><p>Next.</p>"
    )


def test_the_author_of_version_one_and_of_the_feed_count() -> None:
    assert only(id="1", author={"name": "Ada Quill"}).author == "Ada Quill"
    parsed = read({"id": "1"}, authors=[{"name": "The desk"}])
    assert isinstance(parsed, ParsedFeed)
    assert parsed.entries[0].author == "The desk"


def test_an_attached_picture_is_the_picture() -> None:
    attachments = [{"url": "/a.mp3", "mime_type": "audio/mpeg"}, {"url": "/b.png", "mime_type": "image/png"}]
    assert only(id="1", attachments=attachments).image_url == "https://pendulum.example/b.png"


def test_fields_of_the_wrong_type_are_left_out() -> None:
    entry = only(
        id=["x"], url=5, title={}, tags="x", authors="x", attachments=4, date_published=3, image=None
    )
    assert entry == ParsedEntry()


def test_items_that_are_no_objects_are_skipped_with_a_warning() -> None:
    parsed = read("x", {"id": "1"}, None)
    assert isinstance(parsed, ParsedFeed)
    assert [entry.guid for entry in parsed.entries] == ["1"]
    assert parsed.warning == "2 items of the feed are no objects and were skipped."


def test_lone_surrogates_cannot_reach_the_database() -> None:
    parsed = parse_json(
        '{"version": "https://jsonfeed.org/version/1", "items": [{"title": "a\\ud800b"}]}', url=URL, limit=9
    )
    assert isinstance(parsed, ParsedFeed)
    assert parsed.entries[0].title == "a?b"


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        (
            '{"version": "https://',
            ParseFailed(failure=Failure.MALFORMED, detail="JSON breaks off or errs at line 1"),
        ),
        ("[" * 200_000, ParseFailed(failure=Failure.MALFORMED, detail="JSON that no feed would use")),
        ("[1]", ParseFailed(failure=Failure.NOT_A_FEED, detail="JSON that is not a JSON Feed")),
        ('{"error": "gone"}', ParseFailed(failure=Failure.NOT_A_FEED, detail="JSON that is not a JSON Feed")),
    ],
)
def test_other_json_is_told_apart(text: str, failed: ParseFailed) -> None:
    assert parse_json(text, url=URL, limit=9) == failed
