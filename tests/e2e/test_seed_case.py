"""The page that started it all: one analysis posted twice, and ten faults that must not appear."""

import re
from datetime import timedelta

import pytest

from tests.newsroom import Paper
from tests.web.markup import Markup, read

pytestmark = [pytest.mark.model, pytest.mark.loopback, pytest.mark.xdist_group("newsroom")]

FIRST, REPOST = "lapwing-moon-relay-4", "lapwing-moon-relay-5"
LEDE = "They quarrel about fish, pipelines and a lighthouse"


@pytest.fixture
def article(paper: Paper) -> Markup:
    return read(paper.get(f"/articles/{paper.article_id(FIRST)}"))


@pytest.fixture
def story(paper: Paper) -> Markup:
    return read(paper.get(f"/stories/{paper.story_id(FIRST)}"))


def texts(page: Markup) -> str:
    return page.one("body").text


def test_same_text_posted_twice_is_one_report_with_both_links(paper, story):
    page = paper.room.reading.story(paper.story_id(FIRST))

    (report,) = [line for line in page.reports if line.id == paper.article_id(FIRST)]
    (copy,) = report.copies
    assert (copy.id, copy.is_repost, copy.hours_later) == (paper.article_id(REPOST), True, 1.0)
    assert "reposted 1 h later by the same outlet" in texts(story).lower()
    links = {node["href"] for node in story.all("a")}
    assert {report.link, copy.link} <= links


def test_headline_and_lede_are_printed_once(paper, article):
    body = article.with_class("body")[0].text

    assert body.count(LEDE) == 1
    assert paper.newsroom.piece(FIRST).title not in body
    for piece in ("kessou-river-boat-1", "kessou-river-boat-4"):
        title = paper.newsroom.piece(piece).title
        page = read(paper.get(f"/articles/{paper.article_id(piece)}"))
        assert title not in page.with_class("body")[0].text
        assert page.one("h1").text == title


def test_paragraphs_are_not_glued_together(paper, article):
    body = article.with_class("body")[0].text

    assert "better for it. The launch authorisation" in body
    assert not re.search(r"[a-z]\.[A-Z]", body)
    number = paper.article_id(FIRST)
    with paper.room.storage.reading() as work:
        stored = work.articles.get(number)
    assert "better for it.\n\nThe launch" in stored.article.text


def test_link_text_is_kept_and_says_where_the_piece_comes_from(paper, article):
    assert "was first published by Pendulum" in article.with_class("body")[0].text
    assert "https://pendulum.example/essays/a-lock-with-two-keys" in {a["href"] for a in article.all("a")}
    assert paper.room.reading.article(paper.article_id(FIRST)).provenance == "Pendulum"


def test_icon_text_is_not_fused_with_what_follows(paper):
    page = read(paper.get(f"/articles/{paper.article_id('kessou-river-boat-4')}"))

    assert not re.search(r"time\s?\d+ hours ago", page.with_class("body")[0].text)


def test_times_are_relative_and_absolute(article):
    (time, *_) = article.all("time")

    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", time["datetime"])
    assert "2026" in time["title"]
    assert "6 hours ago" in time.text
    assert re.search(r"\d\d:\d\d", time.text)


def test_other_outlets_and_related_stories_are_different_lists(paper):
    page = paper.room.reading.story(paper.story_id(FIRST))
    members = {line.id for line in page.reports}

    assert page.card.id not in {card.id for card in page.related}
    assert members.isdisjoint({card.lead_id for card in page.related})
    report = paper.room.reading.article(paper.article_id("lapwing-moon-relay-2"))
    html = read(paper.get(f"/articles/{report.id}"))
    assert "Other outlets on this story" in {node.text for node in html.all("h2")}
    assert report.outlet.name not in {line.outlet for line in report.others}


def test_a_typing_error_does_not_part_a_report_from_its_story(paper):
    assert "Treshloka" in paper.newsroom.piece("lapwing-moon-relay-2").text()
    assert paper.story_id("lapwing-moon-relay-2") == paper.story_id("lapwing-moon-relay-1")


def test_original_link_comes_first(paper, article):
    main = article.nodes[[node.tag for node in article.nodes].index("main") :]
    (first, *_) = [node for node in main if node.tag == "a"]

    assert first["href"] == paper.room.reading.article(paper.article_id(FIRST)).link
    assert "original" in first.text


def test_nothing_is_promised_that_does_not_work(article, story):
    for page in (article, story):
        assert not re.search(r"no comments|\bAI\b|install|\bapp\b|sign in|log in", texts(page), re.IGNORECASE)


def test_comments_are_no_empty_shell(paper):
    story = paper.story_id(FIRST)
    sent = paper.site.test_client().post(
        f"/stories/{story}/comments",
        data={"text": "It orbits, I am told."},
        base_url="http://127.0.0.1",
        headers={"Sec-Fetch-Site": "same-origin"},
    )

    assert sent.status_code == 303
    assert "It orbits, I am told." in paper.get(f"/stories/{story}")


def test_times_do_not_depend_on_the_hour_of_the_test(paper):
    assert paper.room.clock.now() - paper.room.reading.article(paper.article_id(FIRST)).at == timedelta(
        hours=6.2
    )
