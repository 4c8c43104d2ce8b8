"""The axes along which coverage is laid out: facts about outlets, and any the reader brings; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId

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


FACTS = (("country", "Country"), ("owner", "Owner"), ("kind", "Type"), ("lang", "Language"))
"""What `config/outlets.csv` and the reader's own facts tell of outlets."""


def axes_of(outlets: Sequence[Outlet], labels: Sequence[Axis] = ()) -> tuple[Axis, ...]:
    """Return the axes of facts, then the reader's own."""
    facts = tuple(
        Axis(
            name=name,
            shown=shown,
            values={one.id: str(value) for one in outlets if (value := getattr(one, name))},
        )
        for name, shown in FACTS
    )
    return (*facts, *labels)
