"""Answer the front page through a lens: reads what `frontlens.py` decides on. Only reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from aggregator.clock import Clock
from aggregator.domain.articles import Outlet
from aggregator.domain.coverage import Telling
from aggregator.domain.ids import OutletId, StoryId
from aggregator.domain.labels import BUILT_IN, COUNTRY, axes_in_order, values_on
from aggregator.domain.outlet_errors import LensUnknown
from aggregator.domain.stories import Story
from aggregator.readers.axes import Axis
from aggregator.readers.blindspots import FEWEST_REPORTS
from aggregator.readers.cards import cards_of
from aggregator.readers.frontlens import Heap, LensKind, blindspots, by_kind, of_one_kind, of_one_outlet
from aggregator.readers.lens import Lens, Position, Sieve, pick
from aggregator.readers.views import HiddenStory, StoryCard
from aggregator.readers.voices import RecentVoices
from aggregator.storage import Storage, UnitOfWork

WEEK = timedelta(days=7)
"""How far back blindspots are looked for; the other lenses look at the front page's own window."""
USUAL_SPAN = timedelta(days=28)
"""The weeks from which a usual share is counted."""
LOOKED_AT = 400
"""Stories, the best: a bound on the time of a page."""
SHOWN = 60
"""Cards on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a lens is asked for; `axis`, `value` and `outlet` only where the kind has a use for them."""

    kind: LensKind
    axis: str = COUNTRY
    value: str = ""
    outlet: OutletId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LensCard:
    """A story with why it is shown, where the heading does not say it."""

    card: StoryCard
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LensGroup:
    """Stories under a heading; an empty `value` is for those without a label."""

    value: str
    cards: tuple[LensCard, ...]
    more: int
    """Stories of it that the page has no room for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LensPage:
    """What a lens shows. `looked_at` counts the stories that were looked at.

    `several` are those that two outlets or more tell, `widely` those with enough independent reports for a
    blindspot. `axes`, `values` and `outlets` are what may be asked for; `labelled` counts the outlets with a
    value on the axis; `unknown` the blindspots that cannot be told because a feed could not be read.
    """

    asked: Asked
    outlet: Outlet | None
    groups: tuple[LensGroup, ...]
    looked_at: int
    several: int
    widely: int
    labelled: int
    axes: tuple[str, ...]
    values: tuple[str, ...]
    outlets: tuple[Outlet, ...]
    hidden: tuple[HiddenStory, ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontLenses:
    """The front page through a lens; `window` is the front page's own, `voices` what blindspots recall."""

    storage: Storage
    clock: Clock
    window: timedelta
    voices: RecentVoices = field(default_factory=RecentVoices, compare=False, repr=False)

    def __call__(self, asked: Asked, *, lens: Lens | None = None) -> LensPage:
        """Return the stories that a lens shows; `lens` is the reader's own view, whose rules hide.

        Raises:
            LensUnknown: there is no such axis or outlet.
        """
        now = self.clock.now()
        span = WEEK if asked.kind is LensKind.BLINDSPOTS else self.window
        with self.storage.reading() as work:
            outlets, own = work.outlets.all(), work.outlet_labels.all()
            axes = axes_in_order({*BUILT_IN, *(one.axis for one in own)})
            outlet = _outlet(asked, axes, outlets)

            def fetch(position: Position | None, most: int) -> Sequence[Story]:
                return work.stories.ranked(since=now - span, after=position, limit=most)

            picked = pick(work, fetch, Sieve.read(work, lens), after=None, limit=LOOKED_AT)
            told = _by_story(work, picked.stories)
            values = values_on(asked.axis, outlets, own)
            heaps, unknown = self._heaps(work, asked, picked.stories, told, values, outlets)
            return LensPage(
                asked=asked,
                outlet=outlet,
                groups=self._groups(work, heaps, lens),
                looked_at=len(picked.stories),
                several=sum(story.face.outlet_count > 1 for story in picked.stories),
                widely=sum(story.face.origin_count >= FEWEST_REPORTS for story in picked.stories),
                labelled=len(values),
                axes=axes,
                values=tuple(sorted(set(values.values()), key=str.casefold)),
                outlets=outlets,
                hidden=picked.hidden,
                unknown=unknown,
            )

    def _heaps(
        self,
        work: UnitOfWork,
        asked: Asked,
        stories: Sequence[Story],
        told: Mapping[StoryId, Sequence[Telling]],
        values: Mapping[OutletId, str],
        outlets: Sequence[Outlet],
    ) -> tuple[tuple[Heap, ...], int]:
        match asked.kind:
            case LensKind.ONE:
                return of_one_kind(stories, told, values), 0
            case LensKind.ALONE:
                names = {one.id: one.name for one in outlets if asked.outlet in (None, one.id)}
                return of_one_outlet(stories, told, names), 0
            case LensKind.BY:
                return by_kind(stories, told, values, value=asked.value), 0
            case LensKind.BLINDSPOTS:
                now = self.clock.now()
                voices = self.voices(work, since=now - USUAL_SPAN, now=now)
                polls = work.coverage.polls(values.keys(), since=now - USUAL_SPAN)
                axis = Axis(name=asked.axis, shown=asked.axis, values=values)
                found = blindspots(stories, voices, axis, polls, now=now)
                return found.heaps, found.unknown

    def _groups(self, work: UnitOfWork, heaps: Sequence[Heap], lens: Lens | None) -> tuple[LensGroup, ...]:
        each = max(3, SHOWN // max(1, len(heaps)))
        shown = [heap.stories[:each] for heap in heaps][:SHOWN]
        ids = list(dict.fromkeys(one.story for some in shown for one in some))
        stories = work.stories.get_many(ids)
        cards = {card.id: card for card in cards_of(work, stories, now=self.clock.now(), lens=lens)}
        return tuple(
            LensGroup(
                value=heap.value,
                cards=tuple(LensCard(card=cards[one.story], note=one.note) for one in some),
                more=len(heap.stories) - len(some),
            )
            for heap, some in zip(heaps, shown, strict=False)
        )


def _outlet(asked: Asked, axes: Sequence[str], outlets: Sequence[Outlet]) -> Outlet | None:
    if asked.axis not in axes:
        raise LensUnknown(f"there is no axis “{asked.axis}”; the axes are {', '.join(axes)}")
    if asked.outlet is None:
        return None
    found = next((one for one in outlets if one.id == asked.outlet), None)
    if found is None:
        raise LensUnknown(f"there is no outlet {asked.outlet}")
    return found


def _by_story(work: UnitOfWork, stories: Sequence[Story]) -> Mapping[StoryId, Sequence[Telling]]:
    told: dict[StoryId, list[Telling]] = {}
    for one in work.coverage.around([story.id for story in stories]):
        told.setdefault(one.story, []).append(one)
    return told
