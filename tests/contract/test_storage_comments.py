"""Comments belong to a story and its successor, to an author while the account is there, and to a thread."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from aggregator.domain.comments import Comment
from aggregator.domain.ids import CommentId, ReaderId, StoryId
from aggregator.domain.readers import PERSONAL
from aggregator.domain.stories import Merged, Opened, StoryChanges
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.factories import make_draft
from tests.fakes import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def stories(storage: Storage, newsroom: Newsroom) -> tuple[StoryId, ...]:
    with storage.writing() as work:
        drafts = [make_draft(f"Article {number}") for number in range(2)]
        articles = work.articles.add(drafts, outlet_id=newsroom.outlet, feed_id=newsroom.feed, now=NOON)
        opened = tuple(Opened(members=frozenset({one})) for one in articles)
        return work.stories.apply(StoryChanges(opened=opened), now=NOON)


def remark(story: StoryId, told: str = "Who pays?", **fields: object) -> Comment:
    values: dict[str, object] = {
        "id": CommentId(0), "story": story, "author": PERSONAL, "text": told, "at": NOON,
    }  # fmt: skip
    return Comment(**values | fields)  # type: ignore[arg-type]


def add(storage: Storage, comment: Comment) -> Comment:
    with storage.writing() as work:
        return replace(comment, id=work.comments.add(comment))


def test_comments_come_oldest_first_and_follow_their_story(
    storage: Storage, stories: tuple[StoryId, ...]
) -> None:
    old, new = stories
    late = add(storage, remark(old, "Late", at=NOON + MINUTE))
    early = add(storage, remark(new, "Early"))
    answer = add(storage, remark(old, "Answer", at=NOON + 2 * MINUTE, reply_to=late.id))
    with storage.writing() as work:
        work.stories.apply(StoryChanges(merged=(Merged(story=old, into=new),)), now=NOON)
    with storage.reading() as work:
        assert work.comments.of_story(new) == (early, late, answer)
        assert work.comments.replies(late.id) == 1
        assert work.comments.get(answer.id) == answer
        assert work.comments.get(CommentId(99)) is None


def test_change_keeps_everything_that_may_change(storage: Storage, stories: tuple[StoryId, ...]) -> None:
    first = add(storage, remark(stories[0]))
    other = replace(
        first,
        text="Who paid?",
        edited_at=NOON + MINUTE,
        deleted_at=NOON + 2 * MINUTE,
        hidden_at=NOON + 3 * MINUTE,
        hidden_why="Off topic",
    )
    with storage.writing() as work:
        work.comments.change(other)
    with storage.reading() as work:
        assert work.comments.get(first.id) == other


def test_author_is_counted_from_a_moment_on(storage: Storage, stories: tuple[StoryId, ...]) -> None:
    add(storage, remark(stories[0], at=NOON - MINUTE))
    late = add(storage, remark(stories[1], at=NOON))
    with storage.reading() as work:
        assert work.comments.by_author(PERSONAL, since=NOON) == (late,)
        assert work.comments.by_author(ReaderId(2), since=NOON) == ()


def test_removing_takes_the_answers_along_and_a_lost_account_leaves_its_words(
    storage: Storage, stories: tuple[StoryId, ...]
) -> None:
    first = add(storage, remark(stories[0]))
    add(storage, remark(stories[0], "Answer", reply_to=first.id))
    stays = add(storage, remark(stories[0], "Stays"))
    with storage.writing() as work:
        work.comments.remove(first.id)
        work.comments.connection.execute(text("DELETE FROM readers WHERE id = 1"))
    with storage.reading() as work:
        assert work.comments.of_story(stories[0]) == (replace(stays, author=None, name=""),)
