"""Read what a person types into the search field; pure, and no text at all makes it fail.

Bare words must all be there, `"a phrase"` as it stands, `-word` must not. Filters are a name, a colon
and a value: a table at the end has them all. What cannot be understood is told in a sentence and then
looked for as words, because it is more often a quotation than a mistake.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId
from aggregator.domain.search import Query, Standing, has_token
from aggregator.domain.topics import Topic
from aggregator.readers.folded import folded

PIECE: Final = re.compile(r'(-)?(?:([^\W\d_]+):(?=[^\s/]))?(?:"([^"]*)"?|([^\s"]+))')
"""A minus, a filter's name, and then a quotation or a run of other signs."""
QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»", '"') | {"\0": " "})
DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?(?:-([0-9]{1,2}))?")
YEARS: Final = range(1970, 9999)
"""A zone may shift a day beyond what a date can hold, and no feed is older than the Unix epoch."""
LANG: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
SHOWN: Final = 60
"""Characters of a typed piece that a sentence repeats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What filters may name, and whose day a date is: `zone` None is the machine's own."""

    outlets: Sequence[Outlet] = ()
    topics: Sequence[Topic] = ()
    zone: tzinfo | None = None
    now: datetime


@dataclass(slots=True)
class _Read:
    """What was read so far."""

    words: list[str] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    outlets: set[OutletId] = field(default_factory=set)
    topics: set[str] = field(default_factory=set)
    langs: set[str] = field(default_factory=set)
    after: datetime | None = None
    before: datetime | None = None
    standings: set[Standing] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)


Filter = Callable[[_Read, str, Known], str | None]
"""Take in a value; return a sentence when it is not one."""


def parse_query(text: str, known: Known) -> Query:
    """Return what a person asks for with `text`; whatever is not understood is in the notes."""
    read = _Read()
    for minus, name, quoted, bare in PIECE.findall(text.translate(QUOTES)):
        value = quoted or bare
        if name and not minus and _filtered(read, name.casefold(), value, known):
            continue
        if name:
            read.notes += _refused(minus, name, value)
            value = value if name.casefold() in FILTERS and not minus else f"{name} {value}"
        elif bare.removesuffix(":").casefold() in FILTERS and bare.endswith(":"):
            read.notes.append(f"“{bare}” needs a value right behind the colon; it was taken for a word.")
        _keep(read, value, minus=bool(minus), is_phrase=bool(quoted))
    if read.after and read.before and read.after >= read.before:
        read.notes.append("No time is after the one date and before the other, so nothing can be found.")
    if read.standings >= {Standing.READ, Standing.UNREAD}:
        read.notes.append("No story is both read and unread, so nothing can be found.")
    return _query(read)


def _query(read: _Read) -> Query:
    return Query(
        words=tuple(dict.fromkeys(read.words)),
        phrases=tuple(dict.fromkeys(read.phrases)),
        without=tuple(dict.fromkeys(read.without)),
        outlets=frozenset(read.outlets),
        topics=frozenset(read.topics),
        langs=frozenset(read.langs),
        after=read.after,
        before=read.before,
        standings=frozenset(read.standings),
        notes=tuple(dict.fromkeys(read.notes)),
    )


def _filtered(read: _Read, name: str, value: str, known: Known) -> bool:
    """Take in a filter; return whether there is one of this name and its value is good."""
    take = FILTERS.get(name)
    if take is None:
        return False
    problem = take(read, value, known)
    if problem is not None:
        read.notes.append(f"{problem} It was searched for as words.")
    return problem is None


def _refused(minus: str, name: str, value: str) -> list[str]:
    """Return a sentence about a filter that is none; a wrong value has had its own."""
    shown = _shown(f"{minus}{name}:{value}")
    if name.casefold() not in FILTERS:
        names = ", ".join(f"{one}:" for one in FILTERS)
        return [f"“{shown}” is no filter; it was searched for as words. The filters are {names}."]
    if minus:
        return [f"A filter cannot be turned round with a minus; “{shown}” was taken for words."]
    return []


def _keep(read: _Read, value: str, *, minus: bool, is_phrase: bool) -> None:
    if not has_token(value):
        return
    if minus:
        read.without.append(value)
    elif is_phrase:
        read.phrases.append(" ".join(value.split()))
    else:
        read.words.extend(word for word in value.split() if has_token(word))


def _outlet(read: _Read, value: str, known: Known) -> str | None:
    wanted = folded(value)
    exact = [o.id for o in known.outlets if wanted in (folded(o.name), o.domain, o.domain.split(".")[0])]
    found = exact or [o.id for o in known.outlets if f" {wanted}" in f" {folded(o.name)}"]
    if not has_token(value) or not found:
        return f"No outlet is called “{_shown(value)}”."
    read.outlets.update(found)
    return None


def _topic(read: _Read, value: str, known: Known) -> str | None:
    wanted = folded(value)
    found = [t.name for t in known.topics if wanted in (folded(t.name), folded(t.shown))]
    if not found:
        names = ", ".join(topic.name for topic in known.topics)
        return f"There is no topic “{_shown(value)}”" + (f"; the topics are {names}." if names else ".")
    read.topics.update(found)
    return None


def _lang(read: _Read, value: str, known: Known) -> str | None:  # noqa: ARG001
    if not LANG.fullmatch(value):
        return f"“{_shown(value)}” is not the code of a language, such as en or de."
    read.langs.add(value.split("-")[0].casefold())
    return None


def _is(read: _Read, value: str, known: Known) -> str | None:  # noqa: ARG001
    try:
        read.standings.add(Standing(value.casefold()))
    except ValueError:
        names = ", ".join(Standing)
        return f"A story cannot be “{_shown(value)}” here; what is: knows are {names}."
    return None


def _after(read: _Read, value: str, known: Known) -> str | None:
    day = _start(value, known)
    if day is None:
        return _no_date(value)
    read.after = max(day, read.after or day)
    return None


def _before(read: _Read, value: str, known: Known) -> str | None:
    day = _start(value, known)
    if day is None:
        return _no_date(value)
    read.before = min(day, read.before or day)
    return None


def _no_date(value: str) -> str:
    return f"“{_shown(value)}” is no date; write 2026-03-14, 2026-03, 2026, today or yesterday."


def _start(value: str, known: Known) -> datetime | None:
    """Return the moment (UTC) when a day, month or year begins in the reader's zone, None for no date."""
    today = known.now.astimezone(known.zone).date()
    days = {"today": today, "yesterday": today - timedelta(days=1)}
    found = DATE.fullmatch(value)
    try:
        day = days.get(value.casefold()) or (found and date(*(int(part or 1) for part in found.groups())))
    except ValueError:
        return None
    if not day or day.year not in YEARS:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=known.zone).astimezone(UTC)


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


FILTERS: Final[Mapping[str, Filter]] = {
    "outlet": _outlet,
    "topic": _topic,
    "lang": _lang,
    "is": _is,
    "before": _before,
    "after": _after,
}
"""Every filter by its name."""
