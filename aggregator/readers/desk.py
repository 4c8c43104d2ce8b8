"""The services about outlets in one hand, for the composition root and the pages."""

from dataclasses import dataclass

from aggregator.readers.ask import Ask
from aggregator.readers.frontlenses import FrontLenses
from aggregator.readers.labelling import Labelling
from aggregator.readers.outletwork import OutletWork


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletDesk:
    """What outlets are called, what they do, the front page by who tells what, and questions."""

    labelling: Labelling
    work: OutletWork
    lenses: FrontLenses
    ask: Ask
