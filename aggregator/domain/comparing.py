"""What a story's outlets say beside each other: claims, differing numbers, quotations. Values, all stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import Folding, Quote

HEADLINE = -1
"""Place of a headline among the sentences of its report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence exactly as a report has it, blanks made single.

    `place` counts the report's sentences from 0; `HEADLINE` is its headline.
    """

    article: ArticleId
    outlet: OutletId
    place: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Sentences of different independent reports that say the same, the most typical first."""

    said: tuple[Said, ...]


class Unread(StrEnum):
    """Why it is not known what a report leaves out: its text is short, or in another language."""

    SHORT = "short"
    LANGUAGE = "language"


class DifferenceKind(StrEnum):
    """`update`: the number moved with time; `contradiction`: reports differ at one time."""

    UPDATE = "update"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number in a sentence: as written, and as a value in the unit that the difference is told in.

    `at` is when its report was published (UTC), None where the outlet gives no dates.
    """

    said: Said
    written: str
    value: float
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Figures for one thing that do not agree, the earliest first; `of` says of what ("killed")."""

    kind: DifferenceKind
    of: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadReport:
    """A report of which only a part could be read."""

    article: ArticleId
    why: Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A story's independent reports beside each other, as they were when their state was `of`.

    `of` ends with the `articles_state` that was compared, after a colon; what is before it names the way.
    `claims` are ordered by how many reports make them; `alone` are sentences that only one report has;
    `unread` reports may say more than could be read, so their silence means nothing. `read` are the hashes
    (`text_hash`) of the sentences that it was made of.
    """

    of: str
    claims: tuple[Claim, ...] = ()
    alone: tuple[Said, ...] = ()
    differences: tuple[Difference, ...] = ()
    quotes: tuple[Quote, ...] = ()
    unread: tuple[UnreadReport, ...] = ()
    read: tuple[str, ...] = ()

    def is_of(self, state: str) -> bool:
        """Return whether the articles that were compared are as `articles_state` tells them now."""
        return self.of.rpartition(":")[2] == state


def articles_state(hashes: Mapping[ArticleId, str], folding: Folding) -> str:
    """Return a hash of a story's articles, of their titles and texts, and of what is folded under what.

    Args:
        hashes: the content hash of each of its articles.
        folding: which of them repeat or discuss which.
    """
    told = [
        f"{one}:{hashes[one]}:{folding.origin_of.get(one, one)}:{folding.discusses.get(one, '')}"
        for one in sorted(hashes)
    ]
    return sha256("\n".join(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryVoices:
    """How many independent reports each outlet has in a story; `topic` is None where none is sure."""

    story: StoryId
    topic: str | None
    reports: Mapping[OutletId, int]
