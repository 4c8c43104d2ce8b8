"""A digest as a value, which mail, archive, preview and feed are made from; and as JSON. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from aggregator.digests.select import Differs, Extract, Item, OutletLink, Section, Selection
from aggregator.domain.ids import StoryId

PREHEADER = 140
"""Signs that mailboxes show of a mail beside its subject, roughly."""
SUBJECT = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One edition. `slot` is its moment (UTC), `zone` the IANA name for the times in it.

    `joined` is how many earlier ones, missed while Broadfold was down, this one stands for.
    """

    name: str
    slot: datetime
    zone: str
    selection: Selection
    joined: int = 0

    @property
    def subject(self) -> str:
        """Return the subject: the name, and the first headline."""
        items = self.selection.items
        rest = f": {items[0].headline}" if items else ""
        return _cut(f"{self.name}{rest}", SUBJECT)

    @property
    def preheader(self) -> str:
        """Return what a mailbox shows beside the subject: the headlines after the first."""
        others = [item.headline for item in self.selection.items[1:4]]
        return _cut(" · ".join(others) or f"{len(self.selection.items)} story", PREHEADER)


def moment(at: datetime, zone: tzinfo) -> str:
    """Return a time in full with its zone: "Saturday 14 March 2026, 07:00 CET"."""
    there = at.astimezone(zone)
    name = there.tzname() or ""
    shown = name if name[:1].isalpha() else f"UTC{there:%z}"
    return f"{there:%A} {there.day} {there:%B %Y}, {there:%H:%M} {shown}"


def to_json(digest: Digest) -> dict[str, Any]:
    """Return a digest as values that JSON has; by hand, because `asdict` takes longer than all the rest."""
    return {
        "name": digest.name,
        "slot": digest.slot.isoformat(),
        "zone": digest.zone,
        "joined": digest.joined,
        "more": digest.selection.more,
        "sections": [
            {"name": one.name, "shown": one.shown, "items": [_item_json(item) for item in one.items]}
            for one in digest.selection.sections
        ],
    }


def _item_json(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "headline": item.headline,
        "lang": item.lang,
        "articles": item.articles,
        "outlets": item.outlets,
        "reports": item.reports,
        "extracts": [(one.text, one.outlet, one.link) for one in item.extracts],
        "links": [(one.outlet, one.link) for one in item.links],
        "more_links": item.more_links,
        "last_at": item.last_at.isoformat(),
        "update": item.update,
        "said": [(one.text, one.outlet, one.link) for one in item.said],
        "differs": item.differs and (item.differs.text, item.differs.is_update),
    }


def from_json(value: Mapping[str, Any]) -> Digest:
    """Return the digest that `to_json` wrote."""
    sections = tuple(
        Section(name=one["name"], shown=one["shown"], items=tuple(map(_item, one["items"])))
        for one in value["sections"]
    )
    return Digest(
        name=value["name"],
        slot=datetime.fromisoformat(value["slot"]),
        zone=value["zone"],
        selection=Selection(sections=sections, more=value["more"]),
        joined=value["joined"],
    )


def _item(value: Mapping[str, Any]) -> Item:
    rebuilt: dict[str, Any] = {
        "id": StoryId(value["id"]),
        "extracts": tuple(map(_extract, value["extracts"])),
        "links": tuple(OutletLink(outlet=outlet, link=link) for outlet, link in value["links"]),
        "last_at": datetime.fromisoformat(value["last_at"]),
        "said": tuple(map(_extract, value["said"])),
        # An edition that was kept by an older Broadfold has none.
        "differs": _differs(value.get("differs")),
    }
    return Item(**{**value, **rebuilt})


def _extract(value: Sequence[str]) -> Extract:
    text, outlet, link = value
    return Extract(text=text, outlet=outlet, link=link)


def _differs(value: Sequence[Any] | None) -> Differs | None:
    return None if value is None else Differs(text=value[0], is_update=value[1])


def _cut(text: str, signs: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= signs else flat[: signs - 1].rsplit(" ", 1)[0] + "…"
