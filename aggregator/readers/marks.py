"""Change what a reader has read, kept and muted; each change is one short transaction."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aggregator.clock import Clock
from aggregator.domain.errors import MuteRefused, UndoUnknown
from aggregator.domain.ids import ArticleId, BulkReadId, MuteId, ReaderId, StoryId
from aggregator.domain.readers import BulkRead, Mute, MuteKind, ReadMark, Shelf, StoryRead
from aggregator.domain.readstate import present, reports_among
from aggregator.readers.lens import reasons
from aggregator.readers.views import MuteLine
from aggregator.storage import Storage, UnitOfWork

UNDO_FOR = timedelta(days=7)
"""How long a bulk action can be undone."""
LONGEST_PHRASE = 100
"""Characters of a muted word or phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What the buttons on cards and stories do. Stories that do not exist are passed over."""

    storage: Storage
    clock: Clock

    def read(
        self,
        reader: ReaderId,
        stories: Collection[int],
        *,
        as_of: datetime | None = None,
        patience: float | None = None,
    ) -> BulkReadId | None:
        """Mark stories read and return the number by which that can be undone; None when nothing changed.

        A story that has become part of another is that one.

        Args:
            reader: who has read them.
            stories: their numbers.
            as_of: of the page that was seen; what joined later stays unread. None marks all there is.
            patience: seconds to wait for another writer, by default as long as the storage waits.

        Raises:
            DatabaseBusy: another writer took longer.
        """
        now = self.clock.now()
        with self.storage.writing(patience=patience) as work:
            ids = _living(work, stories)
            joined = work.stories.joined(ids)
            seen = {story: present(joined[story], as_of or now) for story in ids}
            seen = {story: articles for story, articles in seen.items() if articles}
            if not seen:
                return None
            return self._mark(work, reader, seen, now)

    def _mark(
        self, work: UnitOfWork, reader: ReaderId, seen: Mapping[StoryId, frozenset[ArticleId]], now: datetime
    ) -> BulkReadId:
        articles = frozenset[ArticleId]().union(*seen.values())
        folding = work.articles.folding(articles)
        marks, reads = work.read_marks.of(reader, articles), work.story_reads.of(reader, seen)
        bulk = BulkRead(
            at=now,
            marks={one: marks.get(one) for one in articles},
            stories={story: reads.get(story) for story in seen},
        )
        work.read_marks.put(reader, dict.fromkeys(articles, ReadMark(is_read=True, with_story=True, at=now)))
        work.story_reads.put(
            reader,
            {
                story: StoryRead(at=now, reports=reports_among(some, folding), articles=len(some))
                for story, some in seen.items()
            },
        )
        work.bulk_reads.forget(reader, before=now - UNDO_FOR)
        return work.bulk_reads.add(reader, bulk)

    def undo(self, reader: ReaderId, number: int) -> None:
        """Take back what `read` did; what was marked again since then stays.

        Raises:
            UndoUnknown: it was undone before, is too old, or somebody else's.
        """
        with self.storage.writing() as work:
            bulk = work.bulk_reads.take(reader, BulkReadId(number))
            if bulk is None:
                raise UndoUnknown
            marks = work.read_marks.of(reader, bulk.marks)
            mine = [one for one in bulk.marks if one in marks and marks[one].at == bulk.at]
            work.read_marks.remove(reader, [one for one in mine if bulk.marks[one] is None])
            work.read_marks.put(reader, {one: mark for one in mine if (mark := bulk.marks[one])})
            reads = work.story_reads.of(reader, bulk.stories)
            last = [one for one in bulk.stories if one in reads and reads[one].at == bulk.at]
            work.story_reads.remove(reader, [one for one in last if bulk.stories[one] is None])
            work.story_reads.put(reader, {one: read for one in last if (read := bulk.stories[one])})

    def unread(self, reader: ReaderId, story: int) -> None:
        """Take back every article of a story, so that it is as if it had never been read."""
        now = self.clock.now()
        with self.storage.writing() as work:
            for living, articles in work.stories.members(_living(work, [story])).items():
                work.read_marks.put(reader, dict.fromkeys(articles, ReadMark(is_read=False, at=now)))
                work.story_reads.remove(reader, [living])

    def article(
        self, reader: ReaderId, article: int, *, is_read: bool, patience: float | None = None
    ) -> None:
        """Mark one article read, or take it back; reading the lead of a story reads the story.

        Raises:
            DatabaseBusy: another writer took longer than `patience` seconds.
        """
        now, key = self.clock.now(), ArticleId(article)
        with self.storage.writing(patience=patience) as work:
            if work.articles.get(key) is None:
                return
            home = work.stories.story_of([key]).get(key)
            story = work.stories.get(home) if home is not None else None
            if is_read and story is not None and story.face.lead_id == key:
                members = work.stories.members([story.id])[story.id]
                self._mark(work, reader, {story.id: frozenset(members)}, now)
                return
            before = work.read_marks.of(reader, [key]).get(key) or ReadMark(is_read=is_read, at=now)
            work.read_marks.put(reader, {key: replace(before, is_read=is_read, at=now)})

    def keep(self, reader: ReaderId, story: int, shelf: Shelf, *, is_kept: bool) -> None:
        """Put a story on a list of the reader's, or take it off."""
        with self.storage.writing() as work:
            kept = work.shelf(shelf)
            for living in _living(work, [story]):
                if is_kept:
                    kept.add(reader, living, now=self.clock.now())
                else:
                    kept.remove(reader, living)

    def mute(self, reader: ReaderId, kind: str, value: str, *, scope: str = "") -> None:
        """Add a rule; one that is there already stays.

        Raises:
            MuteRefused: there is nothing in it to mute, or it is too long.
        """
        phrase = " ".join(value.split())
        if kind not in set(MuteKind):
            raise MuteRefused("choose a word, an outlet or a topic")
        if not phrase or not any(letter.isalnum() for letter in phrase):
            raise MuteRefused("write the word that you do not want to read")
        if len(phrase) > LONGEST_PHRASE:
            raise MuteRefused(f"a word or phrase may have {LONGEST_PHRASE} characters")
        rule = Mute(kind=MuteKind(kind), value=phrase, scope=scope, created_at=self.clock.now())
        with self.storage.writing() as work:
            work.mutes.add(reader, rule)

    def unmute(self, reader: ReaderId, number: int) -> None:
        """Remove a rule of this reader; nothing happens when there is none."""
        with self.storage.writing() as work:
            work.mutes.remove(reader, MuteId(number))

    def mutes(self, reader: ReaderId) -> tuple[MuteLine, ...]:
        """Return the rules of a reader in words, the newest first."""
        with self.storage.reading() as work:
            rules = work.mutes.of(reader)
            told = reasons(work, rules)
        return tuple(MuteLine(mute=rule, shown=told[rule]) for rule in reversed(rules))


def _living(work: UnitOfWork, stories: Collection[int]) -> list[StoryId]:
    """Return the stories that these numbers lead to; numbers of nothing are left out."""
    found = (work.stories.resolve(StoryId(number)) for number in dict.fromkeys(stories))
    return list(dict.fromkeys(story.id for story in found if story is not None))
