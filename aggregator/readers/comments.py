"""Comments under a story: who may write, change and hide what, and what each reader sees of it.

Pages call it; `storage/comments.py` keeps the rows. Texts are plain: the page makes links clickable and
nothing else.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from aggregator.clock import Clock
from aggregator.domain.comments import Comment
from aggregator.domain.errors import CommentChanged, CommentRefused, CommentUnknown, StoryUnknown
from aggregator.domain.ids import CommentId, ReaderId, StoryId
from aggregator.domain.readers import Reader, Role
from aggregator.domain.stories import Story
from aggregator.storage import Storage, UnitOfWork

LONGEST: Final = 4000
"""Characters of a comment: more than a page of print."""
LONGEST_REASON: Final = 200
"""Characters of the reason for which a comment is hidden."""
AT_ONCE: Final = 5
"""Comments that one reader may write within `WITHIN`."""
WITHIN: Final = timedelta(minutes=5)
SHOWN: Final = 50
"""Threads on a story's page, the latest, until all are asked for."""

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_GAPS = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierStory:
    """The story that a comment was written on, before it became part of the one that is shown."""

    id: StoryId
    headline: str
    lang: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentLine:
    """A comment as one reader sees it.

    `author` is empty once the account is gone. `text` is empty where it was deleted, or hidden from this
    reader. `version` names the state of the text, for the form that changes it.
    """

    id: CommentId
    author: str
    is_mine: bool
    text: str
    at: datetime
    edited_at: datetime | None
    is_deleted: bool
    is_hidden: bool
    hidden_why: str
    version: str
    earlier: EarlierStory | None = None
    replies: tuple["CommentLine", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The comments of a story for one reader, the oldest first.

    `count` is how many there are to read for everybody, `before` how many earlier threads are left out.
    """

    lines: tuple[CommentLine, ...] = ()
    count: int = 0
    before: int = 0
    may_moderate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """What the forms under a story do. Whoever is no reader of this instance is refused."""

    storage: Storage
    clock: Clock

    def thread(self, reader: ReaderId, story: int, *, whole: bool = False) -> Thread:
        """Return the comments of a story, the latest threads or the `whole` of them."""
        with self.storage.reading() as work:
            who, found = work.readers.get(reader), work.comments.of_story(StoryId(story))
            earlier = work.stories.get_many({one.story for one in found} - {StoryId(story)})
        return thread_of(found, who, {one.id: one for one in earlier}, most=None if whole else SHOWN)

    def write(self, reader: ReaderId, story: int, text: str, *, reply_to: int | None = None) -> CommentId:
        """Store a comment and return its number; the same again, as when a form is sent twice, is one.

        An answer to an answer stands beside it, and on the story of what it answers.

        Raises:
            CommentRefused: it is empty or too long, or came too soon after others.
            CommentUnknown: what it answers is gone.
            StoryUnknown: there is no such story.
        """
        told, now = cleaned(text), self.clock.now()
        with self.storage.writing() as work:
            home = work.stories.resolve(StoryId(story))
            if home is None:
                raise StoryUnknown(story)
            known(work, reader)
            above = None if reply_to is None else existing(work, reply_to)
            first = above.reply_to or above.id if above else None
            comment = Comment(
                id=CommentId(0),
                story=above.story if above else home.id,
                author=reader,
                text=told,
                at=now,
                reply_to=first,
            )
            recent = work.comments.by_author(reader, since=now - WITHIN)
            for one in recent:
                if (one.story, one.text, one.reply_to) == (comment.story, told, first):
                    return one.id
            span = wait([one.at for one in recent], now)
            if span:
                raise CommentRefused(
                    f"{AT_ONCE} comments within {WITHIN // timedelta(minutes=1)} minutes are the most. "
                    f"Wait {minutes(span)}, then send it again; your text is kept below"
                )
            return work.comments.add(comment)

    def edit(self, reader: ReaderId, comment: int, text: str, *, version: str) -> None:
        """Change the text of a reader's own comment; `version` is that of the text the form showed.

        Raises:
            CommentRefused: it is empty or too long, somebody else's, or hidden by an admin.
            CommentChanged: it was changed since.
            CommentUnknown: it is gone.
        """
        with self.storage.writing() as work:
            found = own(work, reader, comment)
            if found.hidden_at is not None:
                raise CommentRefused("an admin has hidden this comment, so it cannot be changed")
            told = cleaned(text)
            if told == found.text:
                return
            if version != version_of(found):
                raise CommentChanged(comment)
            work.comments.change(replace(found, text=told, edited_at=self.clock.now()))

    def delete(self, reader: ReaderId, comment: int) -> None:
        """Delete a reader's own comment: its text for good, its place once nothing answers it.

        Raises:
            CommentRefused: it is somebody else's.
            CommentUnknown: it is gone.
        """
        with self.storage.writing() as work:
            found = own(work, reader, comment)
            if work.comments.replies(found.id):
                gone = replace(found, text="", deleted_at=self.clock.now(), hidden_at=None, hidden_why="")
                work.comments.change(gone)
                return
            work.comments.remove(found.id)
            above = work.comments.get(found.reply_to) if found.reply_to else None
            if above and above.deleted_at and not work.comments.replies(above.id):
                work.comments.remove(above.id)

    def hide(self, reader: ReaderId, comment: int, why: str) -> None:
        """Hide a comment from everybody but admins and its author; all may read why.

        Raises:
            CommentRefused: the reader is no admin, or gives no reason, or too long a one.
            CommentUnknown: it is gone.
        """
        reason = " ".join(_NOT_TEXT.sub("", why).split())
        with self.storage.writing() as work:
            found = moderated(work, reader, comment)
            if not reason:
                raise CommentRefused("say why the comment is hidden; everybody can read the reason")
            if len(reason) > LONGEST_REASON:
                raise CommentRefused(f"a reason may have {LONGEST_REASON} characters")
            work.comments.change(replace(found, hidden_at=self.clock.now(), hidden_why=reason))

    def show(self, reader: ReaderId, comment: int) -> None:
        """Show a hidden comment again.

        Raises:
            CommentRefused: the reader is no admin.
            CommentUnknown: it is gone.
        """
        with self.storage.writing() as work:
            found = moderated(work, reader, comment)
            work.comments.change(replace(found, hidden_at=None, hidden_why=""))

    def story_of(self, comment: int) -> StoryId | None:
        """Return the story on whose page a comment stands now, None for no comment."""
        with self.storage.reading() as work:
            found = work.comments.get(CommentId(comment))
            home = work.stories.resolve(found.story) if found else None
        return home.id if home else None


def cleaned(text: str) -> str:
    """Return a text with plain line ends, without control characters and with at most one empty line.

    Raises:
        CommentRefused: nothing is left, or too much.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    told = _GAPS.sub("\n\n", "\n".join(_NOT_TEXT.sub("", line).rstrip() for line in lines)).strip()
    if not any(letter.isprintable() and not letter.isspace() for letter in told):
        raise CommentRefused("the comment is empty. Write something first")
    if len(told) > LONGEST:
        raise CommentRefused(
            f"the comment has {len(told):,} characters, and {LONGEST:,} are the most. "
            "Shorten it, or send it in parts"
        )
    return told


def wait(times: Sequence[datetime], now: datetime) -> timedelta:
    """Return how long a reader who wrote at these times must wait; nothing while it is not too often."""
    late = sorted(at for at in times if at > now - WITHIN)
    return max(late[-AT_ONCE] + WITHIN - now, timedelta()) if len(late) >= AT_ONCE else timedelta()


def minutes(span: timedelta) -> str:
    """Return a span in whole minutes, never too few: "a minute", "4 minutes"."""
    number = max(ceil(span / timedelta(minutes=1)), 1)
    return "a minute" if number == 1 else f"{number} minutes"


def version_of(comment: Comment) -> str:
    """Return what names the state of a comment's text: when it was written last."""
    return (comment.edited_at or comment.at).isoformat()


def thread_of(
    comments: Sequence[Comment],
    who: Reader | None,
    earlier: Mapping[StoryId, Story],
    *,
    most: int | None = None,
) -> Thread:
    """Return comments, the oldest first, as a reader sees them, each with its answers."""
    answers: dict[CommentId, list[Comment]] = {}
    for one in comments:
        if one.reply_to is not None:
            answers.setdefault(one.reply_to, []).append(one)
    firsts = [one for one in comments if one.reply_to is None]
    before = max(len(firsts) - most, 0) if most is not None else 0
    lines = tuple(
        replace(
            _line(one, who, earlier.get(one.story)),
            replies=tuple(_line(answer, who, None) for answer in answers.get(one.id, ())),
        )
        for one in firsts[before:]
    )
    there = sum(one.deleted_at is None and one.hidden_at is None for one in comments)
    return Thread(lines=lines, count=there, before=before, may_moderate=may_moderate(who))


def _line(one: Comment, who: Reader | None, earlier: Story | None) -> CommentLine:
    is_mine = who is not None and one.author == who.id
    is_open = one.hidden_at is None or is_mine or may_moderate(who)
    return CommentLine(
        id=one.id,
        author="You" if is_mine and not one.name else one.name,
        is_mine=is_mine,
        text=one.text if is_open else "",
        at=one.at,
        edited_at=one.edited_at,
        is_deleted=one.deleted_at is not None,
        is_hidden=one.hidden_at is not None,
        hidden_why=one.hidden_why,
        version=version_of(one),
        earlier=EarlierStory(id=earlier.id, headline=earlier.face.headline, lang=earlier.face.lang)
        if earlier
        else None,
    )


def may_moderate(who: Reader | None) -> bool:
    """Return whether a reader may hide the comments of others."""
    return who is not None and who.role is Role.ADMIN


def known(work: UnitOfWork, reader: ReaderId) -> Reader:
    """Return a reader of this instance; raise CommentRefused for anybody else."""
    who = work.readers.get(reader)
    if who is None:
        raise CommentRefused("only signed-in readers can write here. Sign in, then send it again")
    return who


def existing(work: UnitOfWork, number: int) -> Comment:
    """Return a comment; raise CommentUnknown where there is none, or its text is gone."""
    found = work.comments.get(CommentId(number))
    if found is None or found.deleted_at is not None:
        raise CommentUnknown(number)
    return found


def own(work: UnitOfWork, reader: ReaderId, number: int) -> Comment:
    """Return a reader's own comment; raise CommentRefused for another's, CommentUnknown for none."""
    found = existing(work, number)
    if found.author != reader:
        raise CommentRefused("only its author can change or delete a comment")
    return found


def moderated(work: UnitOfWork, reader: ReaderId, number: int) -> Comment:
    """Return a comment that an admin deals with; raise CommentRefused for others, CommentUnknown for none."""
    if not may_moderate(work.readers.get(reader)):
        raise CommentRefused("only admins can hide comments or show them again")
    return existing(work, number)
