"""Decides whether a story is unread, read or updated for a reader; used by pages and by digests.

What a reader reads are reports: a text counts once, however many copies carry it. An article is read
when it was marked, or when another article with its text was: copies and reposts that come later
inherit that. Marks belong to articles, so that no merge or split of stories loses any.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from aggregator.domain.ids import ArticleId
from aggregator.domain.readers import ReadMark
from aggregator.domain.stories import Folding

Marks = Mapping[ArticleId, ReadMark]


class Reading(StrEnum):
    """`updated`: read before, and new facts have come since."""

    UNREAD = "unread"
    READ = "read"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadState:
    """How a story stands with a reader. `read` are the articles that are read, copies included.

    `new` are the reports that came since the story was read, by the articles that carry them; their
    number is `new_reports`, and what they tell that was not known counts as `new_facts`. A story whose new
    reports tell nothing new stays read.
    """

    reading: Reading
    read: frozenset[ArticleId] = frozenset()
    new: frozenset[ArticleId] = frozenset()
    new_reports: int = 0
    new_facts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One report: its articles in the story, and those with its origin, which may be elsewhere."""

    members: frozenset[ArticleId]
    known: frozenset[ArticleId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """The articles that a reader has read, those taken back, and those that were read with their story."""

    read: Set[ArticleId]
    taken_back: Set[ArticleId]
    with_story: Set[ArticleId]


def read_state(members: Collection[ArticleId], folding: Folding, marks: Marks) -> ReadState:
    """Return how a story with these members stands with the reader who made these marks: `state_of`.

    Args:
        members: the articles of the story; entries that only discuss one do not count, unless all do.
        folding: of the members; `marks` may hold an origin that is in another story.
        marks: of the members and of their origins.
    """
    read = {one for one, mark in marks.items() if mark.is_read}
    with_story = {one for one, mark in marks.items() if mark.with_story}
    marked = Marked(read=read, taken_back=marks.keys() - read, with_story=with_story)
    return state_of(texts_of(members, folding), marked)


def state_of(texts: Sequence[Text], marked: Marked) -> ReadState:
    """Return how a story with these reports stands with a reader.

    - read: every report is;
    - unread: the story was never read, or the reader took a report back;
    - updated: it was read, nothing was taken back, and reports have come that nobody marked. Whether they
      tell anything new, `with_facts` adds.

    Args:
        texts: of `texts_of`.
        marked: what the reader marked, of this story at least; marks of others do no harm.
    """
    read = frozenset[ArticleId]().union(*(_read(text, marked) for text in texts))
    left = [text for text in texts if not text.members <= read]
    if not left:
        return ReadState(reading=Reading.READ if texts else Reading.UNREAD, read=read)
    was_read = any(not text.known.isdisjoint(marked.with_story) for text in texts)
    if not was_read or any(not text.members.isdisjoint(marked.taken_back) for text in left):
        return ReadState(reading=Reading.UNREAD, read=read)
    new = frozenset[ArticleId]().union(*(text.members for text in left))
    return ReadState(reading=Reading.UPDATED, read=read, new=new, new_reports=len(left))


def with_facts(state: ReadState, new_facts: int) -> ReadState:
    """Return the state of an updated story that so many new facts came to; without one it stays read."""
    reading = Reading.UPDATED if new_facts else Reading.READ
    return replace(state, reading=reading, new_facts=new_facts)


def present(joined: Mapping[ArticleId, datetime], as_of: datetime) -> frozenset[ArticleId]:
    """Return the articles that were in a story by the moment of the page that the reader saw.

    Args:
        joined: since when each article is in the story.
        as_of: what `seen_as_of` gave when the page was made.
    """
    return frozenset(article for article, at in joined.items() if at <= as_of)


def seen_as_of(joined: Iterable[Mapping[ArticleId, datetime]]) -> datetime | None:
    """Return the moment that bounds what a page with these stories shows: when the last article joined.

    Builds do not overlap, so that whatever joins after the page was made joins later than this.
    """
    return max((at for story in joined for at in story.values()), default=None)


def reports_among(articles: Collection[ArticleId], folding: Folding) -> int:
    """Return how many independent reports these articles are."""
    return len(texts_of(articles, folding))


def _read(text: Text, marked: Marked) -> frozenset[ArticleId]:
    """Return which articles of a report are read: all but those taken back, once one with its text is."""
    return frozenset() if text.known.isdisjoint(marked.read) else text.members - marked.taken_back


def texts_of(members: Collection[ArticleId], folding: Folding) -> tuple[Text, ...]:
    """Return the reports of a story; entries that only discuss one do not count, unless all do."""
    reporting = [one for one in members if one not in folding.discusses] or list(members)
    carriers: dict[ArticleId, set[ArticleId]] = {}
    for one in reporting:
        carriers.setdefault(folding.origin_of.get(one, one), set()).add(one)
    return tuple(
        Text(members=frozenset(some), known=frozenset({origin, *some})) for origin, some in carriers.items()
    )
