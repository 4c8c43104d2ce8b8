"""Every page of the sample newsroom is small on the line: the bound of docs/explanation/web-speed.md."""

import re

import pytest

pytestmark = [pytest.mark.model, pytest.mark.loopback, pytest.mark.xdist_group("newsroom")]

BOUND = 60_000
"""Bytes, compressed, of a page with its style and script; pictures there are none."""
LIST = (
    "/",
    "/?show=unread",
    "/outlets",
    "/feeds",
    "/topic/all",
    "/mutes",
    "/search?q=ferry",
    "/search?q=the",
)


def sent(paper, address: str) -> bytes:
    answer = paper.site.test_client().get(
        address, base_url="http://127.0.0.1", headers={"Accept-Encoding": "gzip"}, buffered=True
    )
    assert answer.status_code == 200, address
    return answer.data


def test_every_page_with_its_style_and_script_keeps_the_bound(paper):
    front = paper.site.test_client().get("/", base_url="http://127.0.0.1").text
    parts = sorted(set(re.findall(r'(?:href|src)="(/static/[^"]+)"', front)))
    beside = sum(len(sent(paper, part)) for part in parts)
    with paper.room.storage.reading() as work:
        stories = [story.id for story in work.stories.get_many(range(1, 2000))]
        articles = [one.id for one in work.articles.get_many(range(1, 2000))]
        outlets = [one.id for one in work.outlets.all()]
    addresses = [
        *LIST,
        *(f"/stories/{one}" for one in stories if not isinstance(paper.room.reading.story(one), int)),
        *(f"/articles/{one}" for one in articles),
        *(f"/outlets/{one}" for one in outlets),
    ]
    sizes = {address: beside + len(sent(paper, address)) for address in addresses}

    assert any(name.endswith("css") for name in (part.split("?")[0] for part in parts))
    assert {address: size for address, size in sizes.items() if size > BOUND} == {}
