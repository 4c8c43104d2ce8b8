"""Put the ways in which reports write one name together: "Ada Berg", "Berg" and "Ms Berg" are one.

Serves `names.py`; the facts about names come from `names.toml`.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from aggregator.domain.ids import OutletId
from aggregator.domain.stories import NameKind
from aggregator.stories.spans import AREAS, AREAS_FIRST, BODIES, NO_NAMES, listed

MOST_STEPS: Final = 3
"""From a last name to a full one, and from there to the one that is written most."""
CLEARLY: Final = 3
"""By how many times as many reports one of several namesakes must lead to be meant by the last name alone."""

_SIDES_OF = listed("Upper Lower New Old North South East West Great Little Central Inner Outer")
_ACRONYM = re.compile(
    r"((?:[A-Z][\w’'-]+\s+(?:(?:of|for|the|and)\s+){0,2}){1,6}[A-Z][\w’'-]+)\s+\(([A-Z]{2,7})\)"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of names before any article is read."""

    places: frozenset[str]
    organisations: frozenset[str]
    given: frozenset[str]
    peoples: frozenset[str]
    same: Mapping[str, str]


@cache
def load_facts() -> Facts:
    """Return the facts of `names.toml`."""
    told = tomllib.loads(files("aggregator.stories").joinpath("names.toml").read_text(encoding="utf-8"))

    def several(key: str) -> frozenset[str]:
        return frozenset(" ".join(one.split()) for one in told[key].split(","))

    peoples = several("peoples")
    return Facts(
        places=several("places"),
        organisations=several("organisations"),
        given=several("given"),
        peoples=peoples | {one + "s" for one in peoples},
        same={name: row[0] for row in told["same"] for name in row},
    )


@dataclass(slots=True)
class Seen:
    """What was seen of one way to write a name: in which reports, how often, and what for each kind.

    `bare` counts the places without an article before it, `speaks` those with a verb of people behind it;
    `inside` holds the reports that say "in …".
    """

    reports: set[int] = field(default_factory=set)
    outlets: set[OutletId] = field(default_factory=set)
    count: int = 0
    bare: int = 0
    speaks: int = 0
    evidence: Counter[NameKind] = field(default_factory=Counter)
    inside: set[int] = field(default_factory=set)

    def add(self, other: "Seen") -> None:
        """Take another way to write the same name in."""
        self.reports |= other.reports
        self.outlets |= other.outlets
        self.count += other.count
        self.bare += other.bare
        self.speaks += other.speaks
        self.evidence += other.evidence
        self.inside |= other.inside


def acronyms_in(texts: Sequence[str]) -> Mapping[str, str]:
    """Return the names that stand before their own initials: "the Otter Count Bureau (OCB)"."""
    found: dict[str, str] = {}
    for text in texts:
        for match in _ACRONYM.finditer(text):
            words = match[1].split()
            for start in range(len(words)):
                tail = words[start:]
                initials = "".join(word[0] for word in tail if word[0].isupper())
                if initials == match[2]:
                    found[match[2]] = " ".join(tail)
    return found


def folded(seen: Mapping[str, Seen], acronyms: Mapping[str, str], facts: Facts) -> Mapping[str, Seen]:
    """Return the names with all their ways to be written in one: the longer takes the shorter in."""
    wholes = [name for name in seen if " " in name]
    found: dict[str, Seen] = {}
    for name in sorted(seen, key=lambda one: (-len(one.split()), one)):
        target = name
        for _ in range(MOST_STEPS):
            target = _whole(target, wholes, seen, acronyms, facts)
        kept = found.setdefault(target, Seen())
        kept.add(seen[name])
        if target != name and " " not in name and name == target.split()[-1] and seen[name].bare:
            speaks = seen[name].speaks or kept.speaks
            kept.evidence[NameKind.PERSON] += 2 if speaks and _is_last_name(target, facts) else 0
        if name in acronyms:
            kept.evidence[NameKind.ORGANISATION] += 1
    return found


def _is_last_name(name: str, facts: Facts) -> bool:
    """Return whether the last word of a name, which is said alone as well, may be a person's."""
    first, last = _ends(name)
    is_word = last in BODIES | AREAS | NO_NAMES or last.isupper()
    return not is_word and first not in facts.places | facts.peoples | AREAS_FIRST | _SIDES_OF


def _whole(
    name: str, wholes: Sequence[str], seen: Mapping[str, Seen], acronyms: Mapping[str, str], facts: Facts
) -> str:
    """Return the one longer name that a shorter one stands for, itself where there is none or several."""
    small = name.casefold()
    ways = [one for one in seen if one.casefold() == small]
    if len(ways) > 1:
        name = max(ways, key=lambda one: (seen[one].count, one))
    if acronyms.get(name, name) in seen and name in acronyms:
        return acronyms[name]
    if name in facts.same:
        ways = [one for one in seen if facts.same.get(one) == facts.same[name]]
        return max(ways, key=lambda one: (seen[one].count, one))
    if name in facts.places | facts.organisations:
        return name
    words = name.split()
    better = _plainer(words, wholes, seen, facts)
    if better:
        return better
    longer = [one for one in wholes if _is_end(words, one.split())]
    if seen[name].inside:  # "in Karshan" is not short for "Lower Karshan"
        longer = [one for one in longer if seen[one].evidence[NameKind.PERSON]]
    if len(words) > 1 and words[0] in facts.given:
        return name
    longer.sort(key=lambda one: (-len(seen[one].reports), -seen[one].count, len(one), one))
    others = [one for one in longer if _ends(one) != _ends(longer[0])]
    if not longer or any(len(seen[longer[0]].reports) < CLEARLY * len(seen[one].reports) for one in others):
        return name
    return longer[0]


def _plainer(words: Sequence[str], wholes: Sequence[str], seen: Mapping[str, Seen], facts: Facts) -> str:
    """Return the better way to write a name of several words, empty where it is as good as any.

    That is the person without what stands before, the body without whose it is, or the one written most of
    those with and without a middle name.
    """
    for one in wholes:
        if _is_end(one.split(), words) and one.split()[0] in facts.given:
            return one
    if "of" in words:
        head, owner = (
            " ".join(part) for part in (words[: words.index("of")], words[words.index("of") + 1 :])
        )
        if head in seen and owner in wholes:
            return head
    name = " ".join(words)
    ways = [one for one in wholes if len(words) > 1 and _same_person(one.split(), words)]
    most = max(ways, key=lambda one: (seen[one].count, -len(one), one), default=name)
    return most if most != name else ""


def _is_end(short: Sequence[str], long: Sequence[str]) -> bool:
    return len(short) < len(long) and list(long[-len(short) :]) == list(short)


def _same_person(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two names differ in nothing but a middle name."""
    short, long = sorted((one, other), key=len)
    return (short[0], short[-1]) == (long[0], long[-1]) and (len(short) == 2 or list(short) == list(long))


def _ends(name: str) -> tuple[str, str]:
    words = name.split()
    return words[0], words[-1]
