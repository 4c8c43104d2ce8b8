"""A reader's own view of a list: which stories stay, which a rule hides, and what was read of each.

Reads what the decisions of `readstate.py` and `muting.py` need; used by `reading.py` and `kept.py`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from aggregator.domain.ids import ArticleId, FeedId, ReaderId, StoryId
from aggregator.domain.muting import hidden_by
from aggregator.domain.people import Unfollowed
from aggregator.domain.readers import Mute, MuteKind
from aggregator.domain.readstate import Reading, ReadState, Text, seen_as_of, state_of, texts_of
from aggregator.domain.stories import Folding, Member, Story
from aggregator.readers.news import judged
from aggregator.readers.views import HiddenStory, StoryCard, StoryMark
from aggregator.storage import UnitOfWork

LOOKS = 900
"""Stories that one page looks at before it leaves the rest to the next one: a bound on its time."""

KNOWN_KEPT = 1000
"""Stories of which is kept what says how they stand with a reader: some hundred bytes an article."""
NOT_FOLLOWED = "only outlets or folders that you do not follow report it"

Position = tuple[float, StoryId]
Fetch = Callable[[Position | None, int], Sequence[Story]]
"""Returns the stories that follow a (score, id), best first: at most so many."""


class Show(StrEnum):
    """Which stories a list shows."""

    ALL = "all"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """Whose view of the lists it is, and what it leaves out beside what rules hide.

    `followed_only` leaves out what only outlets and folders report that the reader does not follow.
    """

    reader: ReaderId
    show: Show = Show.ALL
    followed_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The stories of a page; `after` is the last one looked at, None when no more follow."""

    stories: tuple[Story, ...]
    hidden: tuple[HiddenStory, ...] = ()
    after: Story | None = None


def pick(
    work: UnitOfWork, fetch: Fetch, sieve: "Sieve", *, after: Position | None, limit: int, here: str = ""
) -> Picked:
    """Return the next page of a list as a reader sees it.

    The place in the list goes by score and id, not by count, so that marking between two pages
    neither skips a story nor shows one twice.

    Args:
        work: the open unit of work.
        fetch: the list.
        sieve: the reader's rules.
        after: the (score, id) that the page before ended with.
        limit: the most stories to return.
        here: the topic that the list is of, if any.
    """
    kept: list[Story] = []
    hidden: list[HiddenStory] = []
    looked = 0
    while True:
        stories = fetch(after, limit + 1)
        for story, why in zip(stories, sieve.sift(work, stories, here=here), strict=True):
            if why is None and len(kept) == limit:
                last = kept[-1]
                # What is hidden between this page's last story and the next is told on the next page.
                seen = tuple(one for one in hidden if (one.score, one.id) > (last.face.score, last.id))
                return Picked(stories=tuple(kept), hidden=seen, after=last)
            if why is None:
                kept.append(story)
            elif isinstance(why, HiddenStory):
                hidden.append(why)
        if len(stories) <= limit:
            return Picked(stories=tuple(kept), hidden=tuple(hidden))
        after = (stories[-1].face.score, stories[-1].id)
        looked += len(stories)
        if looked >= LOOKS:
            return Picked(stories=tuple(kept), hidden=tuple(hidden), after=stories[-1])


def sifted(
    work: UnitOfWork, lens: Lens | None, stories: Sequence[Story]
) -> tuple[tuple[Story, ...], tuple[HiddenStory, ...]]:
    """Return the stories that the reader's view of lists lets through, and those that rules hide."""
    whys = Sieve.read(work, lens).sift(work, stories)
    kept = tuple(story for story, why in zip(stories, whys, strict=True) if why is None)
    return kept, tuple(why for why in whys if isinstance(why, HiddenStory))


class _LeftOut(StrEnum):
    """Why a story is not in the list although no rule hides it."""

    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """The rules by which a reader's view leaves stories out; without a reader it lets everything through."""

    lens: Lens | None
    mutes: tuple[Mute, ...]
    reasons: Mapping[Mute, str]
    without: Unfollowed
    muted_feeds: Mapping[FeedId, str]

    @classmethod
    def read(cls, work: UnitOfWork, lens: Lens | None) -> "Sieve":
        """Read the rules of the reader of a lens, for all lists of a page."""
        mutes = work.mutes.of(lens.reader) if lens else ()
        return cls(
            lens=lens,
            mutes=mutes,
            reasons=reasons(work, mutes),
            without=work.follows.of(lens.reader) if lens and lens.followed_only else Unfollowed(),
            muted_feeds=work.feed_wishes.muted() if lens else {},
        )

    def sift(
        self, work: UnitOfWork, stories: Sequence[Story], *, here: str = ""
    ) -> list[HiddenStory | _LeftOut | None]:
        """Return for each story why a list of the topic `here` leaves it out, None for one that stays."""
        if self.lens is None:
            return [None] * len(stories)
        ids = [story.id for story in stories]
        outlets = work.stories.outlets(ids) if self.mutes else {}
        rules = {s.id: hidden_by(s, outlets[s.id], self.mutes, here=here) for s in stories if self.mutes}
        states = read_states(work, self.lens.reader, ids) if self.lens.show is Show.UNREAD else {}
        followed = work.follows.followed(ids, self.without) if self.without else frozenset(ids)
        told = (
            {story: NOT_FOLLOWED for story in ids if story not in followed}
            | dict(_only_from(work, ids, self.muted_feeds))
            | {story: self.reasons[rule] for story, rule in rules.items() if rule}
        )
        return [_left_out(story, told.get(story.id, ""), states.get(story.id)) for story in stories]


def _left_out(story: Story, rule: str, state: ReadState | None) -> HiddenStory | _LeftOut | None:
    """Return why a story is not in the list: the rule in words, else whether it was read."""
    if rule:
        face = story.face
        return HiddenStory(id=story.id, headline=face.headline, lang=face.lang, score=face.score, why=rule)
    return _LeftOut.READ if state and state.reading is Reading.READ else None


def _only_from(
    work: UnitOfWork, stories: Sequence[StoryId], muted: Mapping[FeedId, str]
) -> Mapping[StoryId, str]:
    """Return, for each story that muted feeds alone bring, a reason that names one."""
    if not muted:
        return {}
    members = work.stories.members(stories)
    feeds = work.articles.feeds_of([one for some in members.values() for one in some])
    told = {}
    for story, some in members.items():
        bring = {feed for one in some for feed in feeds.get(one, ())}
        if bring and bring <= muted.keys():
            told[story] = f"only the muted feed “{muted[min(bring)]}” brings it"
    return told


def reasons(work: UnitOfWork, mutes: Iterable[Mute]) -> Mapping[Mute, str]:
    """Return each rule in words, but for its scope: “the word “cup””, “the outlet Dosht Times”."""
    wanted = list(mutes)
    names = (
        {str(outlet.id): outlet.name for outlet in work.outlets.all()}
        if any(mute.kind is MuteKind.OUTLET for mute in wanted)
        else {}
    )
    return {mute: _reason(mute, names) for mute in wanted}


def _reason(mute: Mute, names: Mapping[str, str]) -> str:
    match mute.kind:
        case MuteKind.WORD:
            said = f"“{mute.value}”"
        case MuteKind.OUTLET:
            said = f"only {names.get(mute.value, 'an outlet that is gone')} reports it"
        case MuteKind.TOPIC:
            said = f"topic {mute.value}"
    return f"{said}, in {mute.scope}" if mute.scope else said


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What of a story's articles says how it stands with a reader; the same for all readers."""

    texts: tuple[Text, ...]
    elsewhere: frozenset[ArticleId]
    """Origins of its copies that are in no story or in another."""
    as_of: datetime | None


def _known(work: UnitOfWork, stories: Sequence[StoryId]) -> Mapping[StoryId, _Known]:
    def read(missing: Collection[StoryId]) -> Mapping[StoryId, _Known]:
        return {story: _know(some) for story, some in work.story_members.of(missing).items()}

    return work.revisions.each("known", stories, read, most=KNOWN_KEPT)


def _know(members: Sequence[Member]) -> _Known:
    ids = [one.id for one in members]
    folding = Folding(
        origin_of={one.id: one.origin for one in members},
        discusses={one.id: one.discusses for one in members if one.discusses is not None},
    )
    return _Known(
        texts=texts_of(ids, folding),
        elsewhere=frozenset(one.origin for one in members).difference(ids),
        as_of=seen_as_of([{one.id: one.joined_at for one in members}]),
    )


def read_states(
    work: UnitOfWork, reader: ReaderId, stories: Sequence[StoryId]
) -> Mapping[StoryId, ReadState]:
    """Return how each of these stories stands with a reader."""
    known = _known(work, stories)
    return _states(work, reader, known)


def _states(
    work: UnitOfWork, reader: ReaderId, known: Mapping[StoryId, _Known]
) -> Mapping[StoryId, ReadState]:
    elsewhere = frozenset[ArticleId]().union(*(one.elsewhere for one in known.values()))
    marked = work.read_marks.marked(reader, known, elsewhere)
    states = {story: state_of(one.texts, marked) for story, one in known.items()}
    return judged(work, states, {story: one.texts for story, one in known.items()})


def marked(work: UnitOfWork, lens: Lens | None, cards: Sequence[StoryCard]) -> tuple[StoryCard, ...]:
    """Return the cards with what the reader did with each; as they are without a reader."""
    if lens is None:
        return tuple(cards)
    ids = [card.id for card in cards]
    known = _known(work, ids)
    states, attention = _states(work, lens.reader, known), work.attention.of(lens.reader, ids)
    return tuple(
        replace(
            card,
            mark=StoryMark(
                state=states[card.id],
                since=attention[card.id].read,
                is_saved=attention[card.id].is_saved,
                is_followed=attention[card.id].is_followed,
                as_of=known[card.id].as_of,
            ),
        )
        for card in cards
    )
