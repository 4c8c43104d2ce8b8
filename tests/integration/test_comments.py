"""Comments over a real database: who may do what, how often, and where they are found."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from aggregator.domain.errors import CommentChanged, CommentRefused, CommentUnknown, StoryUnknown
from aggregator.domain.ids import ReaderId, StoryId
from aggregator.domain.readers import PERSONAL
from aggregator.readers.comments import CommentLine, Comments, EarlierStory, Thread
from tests.databases import memory_storage
from tests.fakes import NOON
from tests.integration.test_reading import Paper

ADA = ReaderId(2)
NOBODY = ReaderId(9)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def paper() -> Iterator[Paper]:
    storage = memory_storage()
    with storage.writing() as work:
        work.comments.connection.execute(
            text(
                "INSERT INTO readers (id, name, role, time_zone, language, density, theme, created_at)"
                " VALUES (2, 'Ada', 'reader', '', '', '', '', 0)"
            )
        )
    yield Paper(storage=storage)
    storage.close()


@pytest.fixture
def comments(paper: Paper) -> Comments:
    return Comments(storage=paper.storage, clock=paper.clock)


def said(thread: Thread) -> list[tuple[str, str, list[str]]]:
    return [(line.author, line.text, [answer.text for answer in line.replies]) for line in thread.lines]


def only(thread: Thread) -> CommentLine:
    (line,) = thread.lines
    return line


def test_comment_and_answers_are_one_level_deep(paper: Paper, comments: Comments) -> None:
    story = paper.told("Bridge closed")
    first = comments.write(ADA, story, "  Who pays?\r\n\r\n\r\n\r\nAnd when?  ")
    answer = comments.write(PERSONAL, story, "The city.", reply_to=first)
    comments.write(ADA, story, "All of it?", reply_to=answer)

    thread = comments.thread(ADA, story)

    assert said(thread) == [("Ada", "Who pays?\n\nAnd when?", ["The city.", "All of it?"])]
    assert thread.count == 3
    assert not thread.may_moderate
    assert said(comments.thread(PERSONAL, story))[0][0] == "Ada"
    assert only(comments.thread(PERSONAL, story)).replies[0].author == "You"


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b\u200d", "\x00\x07"])
def test_comment_without_anything_to_read_is_refused(paper: Paper, comments: Comments, text: str) -> None:
    with pytest.raises(CommentRefused, match="is empty"):
        comments.write(ADA, paper.told("Bridge closed"), text)


def test_comment_that_is_too_long_is_told_its_length(paper: Paper, comments: Comments) -> None:
    with pytest.raises(CommentRefused, match="has 4,001 characters, and 4,000 are the most"):
        comments.write(ADA, paper.told("Bridge closed"), "x" * 4001)


def test_sixth_comment_within_five_minutes_waits_and_others_need_not(
    paper: Paper, comments: Comments
) -> None:
    story = paper.told("Bridge closed")
    for number in range(5):
        comments.write(ADA, story, f"Number {number}")
        paper.clock.advance(seconds=30)

    with pytest.raises(CommentRefused, match="Wait 3 minutes, then send it again"):
        comments.write(ADA, story, "Number 5")

    comments.write(PERSONAL, story, "Calm down")
    paper.clock.advance(minutes=2, seconds=30)
    comments.write(ADA, story, "Number 5")
    assert comments.thread(ADA, story).count == 7


def test_comment_sent_twice_is_one(paper: Paper, comments: Comments) -> None:
    story = paper.told("Bridge closed")

    assert comments.write(ADA, story, "Who pays?") == comments.write(ADA, story, "Who pays? ")


def test_strangers_and_unknown_places_are_refused(paper: Paper, comments: Comments) -> None:
    story = paper.told("Bridge closed")
    with pytest.raises(CommentRefused, match="only signed-in readers"):
        comments.write(NOBODY, story, "Hello")
    with pytest.raises(StoryUnknown):
        comments.write(ADA, 99, "Hello")
    with pytest.raises(CommentUnknown):
        comments.write(ADA, story, "Hello", reply_to=99)


def test_edit_is_marked_and_another_window_is_not_overwritten(paper: Paper, comments: Comments) -> None:
    story = paper.told("Bridge closed")
    number = comments.write(ADA, story, "Who pays?")
    version = only(comments.thread(ADA, story)).version
    paper.clock.advance(minutes=1)
    comments.edit(ADA, number, "Who paid?", version=version)

    with pytest.raises(CommentChanged):
        comments.edit(ADA, number, "Who will pay?", version=version)

    line = only(comments.thread(ADA, story))
    assert (line.text, line.edited_at) == ("Who paid?", NOON + MINUTE)
    comments.edit(ADA, number, "Who paid?", version=version)  # says nothing else: no quarrel
    comments.edit(ADA, number, "Who will pay?", version=line.version)
    assert only(comments.thread(ADA, story)).text == "Who will pay?"


def test_nobody_changes_the_words_of_another(paper: Paper, comments: Comments) -> None:
    story = paper.told("Bridge closed")
    number = comments.write(ADA, story, "Who pays?")
    with pytest.raises(CommentRefused, match="only its author"):
        comments.edit(PERSONAL, number, "I pay", version="")
    with pytest.raises(CommentRefused, match="only its author"):
        comments.delete(PERSONAL, number)
    assert only(comments.thread(ADA, story)).text == "Who pays?"


def test_deleted_comment_leaves_a_place_while_it_has_answers(paper: Paper, comments: Comments) -> None:
    story = paper.told("Bridge closed")
    alone, first = comments.write(ADA, story, "Alone"), comments.write(ADA, story, "Who pays?")
    answer = comments.write(PERSONAL, story, "The city.", reply_to=first)

    comments.delete(ADA, alone)
    comments.delete(ADA, first)

    line = only(comments.thread(ADA, story))
    assert (line.is_deleted, line.text, len(line.replies)) == (True, "", 1)
    assert comments.thread(ADA, story).count == 1
    with pytest.raises(CommentUnknown):
        comments.write(ADA, story, "Again", reply_to=first)
    comments.delete(PERSONAL, answer)
    assert comments.thread(ADA, story) == Thread()


def test_admin_hides_with_a_reason_and_shows_again(paper: Paper, comments: Comments) -> None:
    story = paper.told("Bridge closed")
    number = comments.write(ADA, story, "Buy my pills")
    other = comments.write(PERSONAL, story, "Please stay with the bridge")
    with pytest.raises(CommentRefused, match="say why"):
        comments.hide(PERSONAL, number, "  ")
    with pytest.raises(CommentRefused, match="only admins"):
        comments.hide(ADA, other, "I do not like it")

    comments.hide(PERSONAL, number, " An\nadvertisement ")

    mine, admins = comments.thread(ADA, story).lines[0], comments.thread(PERSONAL, story).lines[0]
    others = comments.thread(NOBODY, story).lines[0]
    assert (mine.text, admins.text, others.text) == ("Buy my pills", "Buy my pills", "")
    assert {one.hidden_why for one in (mine, admins, others)} == {"An advertisement"}
    assert comments.thread(ADA, story).count == 1
    with pytest.raises(CommentRefused, match="an admin has hidden"):
        comments.edit(ADA, number, "Buy my bridge", version=mine.version)
    comments.show(PERSONAL, number)
    assert comments.thread(NOBODY, story).lines[0].text == "Buy my pills"


def test_comments_go_along_when_stories_become_one(paper: Paper, comments: Comments) -> None:
    old, new = paper.told("Bridge shut"), paper.told("Bridge closed")
    first = comments.write(ADA, old, "Who pays?")
    paper.merge(old, into=new)

    answer = comments.write(PERSONAL, old, "The city.", reply_to=first)
    comments.write(PERSONAL, old, "New here")

    earlier = EarlierStory(id=StoryId(old), headline="Bridge shut", lang="en")
    lines = comments.thread(ADA, new).lines
    assert [(line.text, line.earlier) for line in lines] == [("Who pays?", earlier), ("New here", None)]
    assert [line.text for line in lines[0].replies] == ["The city."]
    assert comments.story_of(answer) == new


def test_page_shows_the_latest_threads_until_all_are_asked_for(paper: Paper, comments: Comments) -> None:
    story = paper.told("Bridge closed")
    for number in range(52):
        paper.clock.advance(minutes=2)
        comments.write(ADA, story, f"Number {number}")

    some, whole = comments.thread(ADA, story), comments.thread(ADA, story, whole=True)

    assert (some.before, some.count, some.lines[0].text) == (2, 52, "Number 2")
    assert whole == replace(some, before=0, lines=whole.lines[:2] + some.lines)
