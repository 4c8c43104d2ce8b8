"""The axes along which coverage is laid out: facts about outlets, and any the reader brings; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId
from aggregator.domain.labels import COUNTRY, LANGUAGE, OWNER, TYPE, OwnLabel, values_on

UNLABELLED = ""
"""Value of an outlet of which the axis tells nothing; it stays visible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis: its name in addresses, its name on pages, and the value of each outlet on it."""

    name: str
    shown: str
    values: Mapping[OutletId, str]

    def of(self, outlet: OutletId) -> str:
        """Return the value of an outlet, `UNLABELLED` where none is known."""
        return self.values.get(outlet, UNLABELLED)


FACTS = ((COUNTRY, "Country"), (OWNER, "Owner"), (TYPE, "Type"), (LANGUAGE, "Language"))
"""What `config/outlets.csv` tells of outlets; a reader's own label goes before it."""


def axes_of(outlets: Sequence[Outlet], own: Sequence[OwnLabel] = ()) -> tuple[Axis, ...]:
    """Return the axes of facts, then the reader's own by name, each with the reader's own labels."""
    known = dict(FACTS)
    others = sorted({one.axis for one in own} - known.keys())
    return tuple(
        Axis(name=name, shown=known.get(name, name.capitalize()), values=values_on(name, outlets, own))
        for name in (*known, *others)
    )
