"""Give every outlet the short name that people use, so that a card can name many: "Lantern, AP, Wire"."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId

AGENCIES = {
    "associated press": "AP",
    "agence france-presse": "AFP",
    "deutsche presse-agentur": "dpa",
    "press association": "PA",
    "british broadcasting corporation": "BBC",
    "radio new zealand": "RNZ",
    "deutsche welle": "DW",
}
"""Names that everybody shortens in the same way."""

_TITLED = re.compile(
    r".* (?:advertiser|argus|bulletin|chronicle|courier|dispatch|echo|examiner|express|gazette|gull|herald"
    r"|inquirer|islander|kettle|lantern|ledger|mirror|observer|register|sentinel|signal|spectator|standard"
    r"|telegraph|tribune|wire)",
    re.IGNORECASE,
)
"""Last words that are a paper's title, before which its place may be left out. "Times" and "Post" are not
among them: there is always another."""

_BEHIND = re.compile(r"\s+[|–—-]\s+.*$|:\s.*$|\s*\(.*\)$")
_DOMAIN = re.compile(r"^(?:www\.)?([\w-]{3,})\.(?:com|org|net|co\.\w\w)$", re.IGNORECASE)
_KIND = re.compile(r"\s+(?:News|Online|Website|International|English)$")


def short_names(outlets: Mapping[OutletId, Outlet]) -> Mapping[OutletId, str]:
    """Return a short name for every outlet; no two outlets that differ in name get the same."""
    return _short_names(tuple((one.id, one.name) for one in outlets.values()))


@lru_cache(maxsize=4)
def _short_names(named: tuple[tuple[OutletId, str], ...]) -> Mapping[OutletId, str]:
    names = dict(named)
    plain = {key: _plain(name) for key, name in named}
    last = {key: name.rsplit(" ", 1)[-1] for key, name in plain.items()}
    many = Counter(word.casefold() for word in last.values())
    short = {
        key: last[key] if _TITLED.fullmatch(name) and many[last[key].casefold()] == 1 else name
        for key, name in plain.items()
    }
    taken = Counter(name.casefold() for name in short.values())
    return {key: name if taken[name.casefold()] == 1 else names[key] for key, name in short.items()}


def _plain(name: str) -> str:
    """Return a name without its article, what stands behind a dash, and the kind of thing that it is."""
    bare = _BEHIND.sub("", " ".join(name.split())) or name
    known = AGENCIES.get(bare.casefold().removeprefix("the "))
    if known:
        return known
    bare = _DOMAIN.sub(r"\1", bare)
    bare = _KIND.sub("", bare)
    bare = bare.removeprefix("The ")
    return bare if any(map(str.isalnum, bare)) else name
