"""The services about outlets in one hand, for the composition root and the pages."""

from dataclasses import dataclass
from datetime import timedelta

from aggregator.clock import Clock
from aggregator.domain.topics import Topic
from aggregator.readers.ask import Ask, Cut
from aggregator.readers.frontlenses import FrontLenses
from aggregator.readers.labelling import Labelling
from aggregator.readers.meaning import Meaning
from aggregator.readers.outletwork import OutletWork
from aggregator.readers.rephrase import Rephrase
from aggregator.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletDesk:
    """What outlets are called, what they do, the front page by who tells what, and questions."""

    labelling: Labelling
    work: OutletWork
    lenses: FrontLenses
    ask: Ask


def open_desk(
    storage: Storage,
    clock: Clock,
    *,
    window: timedelta,
    topics: tuple[Topic, ...],
    meaning: Meaning,
    cut: Cut,
    rephrase: Rephrase | None = None,
) -> OutletDesk:
    """Return the services about outlets over a database; `window` is the front page's."""
    return OutletDesk(
        labelling=Labelling(storage=storage, clock=clock),
        work=OutletWork(storage=storage, clock=clock, topics=topics),
        lenses=FrontLenses(storage=storage, clock=clock, window=window),
        ask=Ask(storage=storage, meaning=meaning, cut=cut, rephrase=rephrase),
    )
