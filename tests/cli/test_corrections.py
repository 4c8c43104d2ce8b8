"""Stories put right from the command line, over a database with two stories."""

import json
from pathlib import Path

import pytest

from aggregator.domain.ids import ArticleId, StoryId
from aggregator.domain.stories import Folding, Opened, Relation, StoryChanges
from aggregator.storage import open_storage
from aggregator.stories.describe import describe
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON


@pytest.fixture
def stories(type_, folder: Path) -> None:
    """Story 1 has articles 1 and 2, story 2 has article 3."""
    type_("db", "upgrade")
    storage = open_storage(f"sqlite:///{folder / 'data' / 'broadfold.db'}")
    with storage.writing() as work:
        outlet = work.outlets.ensure("lantern.example", name="Lantern")
        feed = work.feeds.add(make_new_feed(), outlet, now=NOON)
        drafts = [make_draft(f"Report {number}", f"Text {number}.") for number in (1, 2, 3)]
        one, two, three = work.articles.add(drafts, outlet_id=outlet, feed_id=feed, now=NOON)
        groups = (frozenset({one, two}), frozenset({three}))
        opened = work.stories.apply(
            StoryChanges(opened=tuple(Opened(members=members) for members in groups)), now=NOON
        )
        for story, members in zip(opened, groups, strict=True):
            work.stories.set_faces({story: describe(work.articles.get_many(sorted(members)), {}, Folding())})
    storage.close()


def articles(type_, story: int) -> list[int]:
    shown = json.loads(type_("stories", "show", str(story), "--json").stdout)
    return [line["id"] for line in shown["reports"]]


def test_article_is_split_off_moved_and_brought_back(type_, stories):
    assert type_("stories", "split", "1", "2").output == (
        "Corrected: “Report 2” is not part of story 1. To undo: broadfold stories undo 1\n"
    )
    assert (articles(type_, 1), articles(type_, 3)) == ([1], [2])

    type_("stories", "move", "2", "2")
    assert articles(type_, 2) == [2, 3]

    assert type_("stories", "undo", "2").output == (
        "Undone: “Report 2” is part of story 2, not of story 3.\n"
    )
    assert (articles(type_, 2), articles(type_, 1)) == ([3], [1])


def test_merged_stories_and_the_log_of_it(type_, stories, folder):
    type_("stories", "merge", "2", "1")
    type_("stories", "undo", "1")
    type_("stories", "merge", "1", "2")

    logged = json.loads(type_("stories", "log", "--json").output)
    assert [(one["id"], one["action"], one["by"], bool(one["undone_at"])) for one in logged] == [
        (2, "merge", "command line", False),
        (1, "merge", "command line", True),
    ]
    assert "command line" in type_("stories", "log").output
    assert len((folder / "data" / "own-pairs.jsonl").read_text().splitlines()) == 3


def test_own_file_can_be_scored_only_when_there_is_one(type_):
    result = type_("eval", "--own")

    assert result.exit_code == 2
    assert "own-pairs.jsonl cannot be scored" in result.stderr


def test_story_tells_under_each_report_why_it_is_there(type_, stories, folder):
    storage = open_storage(f"sqlite:///{folder / 'data' / 'broadfold.db'}")
    why = {"article": ArticleId(1), "nearest": ArticleId(2), "parts": {"hours": 0.0}}
    with storage.writing() as work:
        work.relations.replace([Relation(**why, score=0.931, shared=("Orsholm", "14"))], among=[1])
    storage.close()

    shown = type_("stories", "show", "1").output.splitlines()

    assert [line.strip() for line in shown if "nearest" in line] == [
        "nearest to article 2 of Lantern, very likely the same event (.93): "
        "shares “Orsholm”, “14”; published at the same time"
    ]


def test_story_tells_what_it_follows_and_what_follows_it(type_, stories, folder):
    storage = open_storage(f"sqlite:///{folder / 'data' / 'broadfold.db'}")
    with storage.writing() as work:
        changes = StoryChanges(
            opened=(Opened(members=frozenset({ArticleId(2)}), follows=ArticleId(3)),),
            members={StoryId(1): frozenset({ArticleId(1)})},
        )
        (new,) = work.stories.apply(changes, now=NOON)
        work.stories.set_faces({new: describe(work.articles.get_many([ArticleId(2)]), {}, Folding())})
    storage.close()

    assert f"Followed by story {new}: Report 2" in type_("stories", "show", "2").output.splitlines()
    assert "Follow-up of story 2: Report 3" in type_("stories", "show", str(new)).output.splitlines()
    shown = json.loads(type_("stories", "show", str(new), "--json").stdout)
    assert ([one["id"] for one in shown["follows"]], shown["followed_by"]) == ([2], [])
