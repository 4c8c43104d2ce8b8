"""Labels of outlets: the facts that Broadfold ships and those that a reader gave, on axes; pure.

An axis is a way to tell outlets apart, such as their country. Four are built in; a reader may make others.
A reader's own label goes before a shipped fact, and every label says where it is from.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter

from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId

COUNTRY, LANGUAGE, TYPE, OWNER = "country", "language", "type", "owner"
BUILT_IN = (COUNTRY, LANGUAGE, TYPE, OWNER)
"""The axes for which Broadfold ships facts."""
SHIPPED = "Broadfold’s list"
FEED = "its feed"
OWN = "your own label"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnLabel:
    """What a reader says of the outlet of a domain on an axis; `source` is empty or the reader's words."""

    domain: str
    axis: str
    value: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """The value of an outlet on an axis, and in words where it is from."""

    axis: str
    value: str
    source: str
    is_own: bool = False


_FACTS: Mapping[str, Callable[[Outlet], str | None]] = {
    COUNTRY: attrgetter("country"),
    LANGUAGE: attrgetter("lang"),
    TYPE: attrgetter("kind"),
    OWNER: attrgetter("owner"),
}


def labels_of(outlet: Outlet, own: Iterable[OwnLabel]) -> tuple[Label, ...]:
    """Return the labels of an outlet: built-in axes first, then the reader's own by name.

    `own` may hold labels of other domains, too.
    """
    shipped = {axis: fact(outlet) for axis, fact in _FACTS.items()}
    found = {
        axis: Label(axis=axis, value=value, source=_shipped(outlet, axis))
        for axis, value in shipped.items()
        if value
    }
    for one in own:
        if one.domain == outlet.domain:
            source = f"{OWN} ({one.source})" if one.source else OWN
            found[one.axis] = Label(axis=one.axis, value=one.value, source=source, is_own=True)
    return tuple(found[axis] for axis in axes_in_order(found))


def _shipped(outlet: Outlet, axis: str) -> str:
    if outlet.source:
        return f"{SHIPPED} ({outlet.source})"
    is_from_feed = axis == LANGUAGE and not (outlet.country or outlet.kind or outlet.owner)
    return FEED if is_from_feed else SHIPPED


def axes_in_order(axes: Iterable[str]) -> tuple[str, ...]:
    """Return axes, the built-in ones first and in their order, the others by name."""
    known = set(axes)
    return (*(axis for axis in BUILT_IN if axis in known), *sorted(known.difference(BUILT_IN)))


def values_on(axis: str, outlets: Iterable[Outlet], own: Iterable[OwnLabel]) -> Mapping[OutletId, str]:
    """Return the value of every outlet that has one on this axis."""
    mine = {one.domain: one.value for one in own if one.axis == axis}
    fact = _FACTS.get(axis, _nothing)
    told = ((outlet.id, mine.get(outlet.domain) or fact(outlet)) for outlet in outlets)
    return {outlet: value for outlet, value in told if value}


def _nothing(_: Outlet) -> str | None:
    """Return what an axis of the reader's own tells of an outlet by itself."""
    return None
