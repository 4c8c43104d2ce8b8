"""Who an entry itself credits: takes its text, byline and source, gives an agency or outlet, or None.

A credit makes copies recognisable as copies (PRODUCT.md section 2); it is what the page says, not a
guess from the wording.
"""

import re
from collections.abc import Sequence

from aggregator.domain.feeds import ParsedEntry
from aggregator.feeds.sanitise import to_line
from aggregator.feeds.urls import identity_of, registrable_domain

# Spellings in datelines and bylines -> the name shown. The agencies with the most members or clients
# of each region, from the member lists of EANA, OANA and MINDS and the world agencies.
AGENCIES = {
    "reuters": "Reuters", "thomson reuters": "Reuters", "ap": "AP", "associated press": "AP",
    "afp": "AFP", "agence france-presse": "AFP", "agence france presse": "AFP", "afp-jiji": "AFP",
    "dpa": "dpa", "deutsche presse-agentur": "dpa", "dpa-afx": "dpa", "apa": "APA", "sda": "Keystone-SDA",
    "keystone-sda": "Keystone-SDA", "ats": "Keystone-SDA", "efe": "EFE", "agencia efe": "EFE",
    "europa press": "Europa Press", "ansa": "ANSA", "adnkronos": "Adnkronos", "lusa": "Lusa", "anp": "ANP",
    "belga": "Belga", "ritzau": "Ritzau", "ntb": "NTB", "tt": "TT", "stt": "STT", "pap": "PAP", "čtk": "ČTK",
    "ctk": "ČTK", "mti": "MTI", "tass": "TASS", "interfax": "Interfax", "ria novosti": "RIA Novosti",
    "ukrinform": "Ukrinform", "anadolu": "Anadolu", "anadolu agency": "Anadolu", "xinhua": "Xinhua",
    "kyodo": "Kyodo", "kyodo news": "Kyodo", "jiji": "Jiji", "jiji press": "Jiji", "yonhap": "Yonhap",
    "pti": "PTI", "press trust of india": "PTI", "ani": "ANI", "ians": "IANS", "bernama": "Bernama",
    "antara": "Antara", "aap": "AAP", "australian associated press": "AAP", "pa": "PA", "pa media": "PA",
    "press association": "PA", "canadian press": "Canadian Press", "cp": "Canadian Press",
    "upi": "UPI", "bloomberg": "Bloomberg", "bloomberg news": "Bloomberg", "cnn wire": "CNN Wire",
    "télam": "Télam", "agência brasil": "Agência Brasil", "nan": "NAN", "sapa": "SAPA",
}  # fmt: skip
# Words that credit some agency without naming it.
UNNAMED = dict.fromkeys(
    ("agencies", "agency", "news agencies", "wire services", "wire reports", "agenturen", "agences",
     "agencias", "agenzie"),
    "Agencies",
)  # fmt: skip

# "WASHINGTON (AP) — …", "(Reuters) - …", "FORT WORTH, Texas (AP) —": whatever stands there is the wire.
_DATELINE = re.compile(r"^(?P<place>[^\n()]{0,60}?)\s*\((?P<name>[^()\n]{2,40})\)\s*(?:[-–—:]|\s-)")
# Datelines without brackets, "BERLIN, dpa - …", need an agency's initials.
_LEADING = re.compile(r"^(?:[^\n().!?]{0,40}?[\s(,/])?(?P<name>[^\W\d][\w-]{1,12})\)?\s*(?:[-–—:.])\s")
# Closing credits: a last sentence followed by (Reuters), by a dash and AFP, or by dpa/mk.
_TRAILING = re.compile(
    r"(?:[(\[–—]|\s[-/]|[\n.…]\s*)\s*(?P<name>[^()\[\]\n.]{2,40}?)(?:/\w{1,4})*\s*[)\].]*\s*$"
)
_FIRST_PUBLISHED = re.compile(
    r"(?P<before>[^\n]{0,80})\b(?:first|originally|previously)\s+(?:been\s+)?"
    r"(?P<verb>published|posted|printed|appeared|ran)\s+(?:by|in|on|at)\s+(?P<name>[^\n;()]{2,80})",
    re.IGNORECASE,
)
# What a sentence about the text itself calls it; "the actress first appeared in Vogue" is about no text.
_THIS_TEXT = re.compile(
    r"\b(?:article|story|piece|essay|column|report|post|interview|commentary|extract|excerpt|analysis|this)\b",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"(?:[Tt]he\s+)?(?:[a-z]\w*\.[a-z]{2,}|[^\W\d_a-z][\w.&'’-]*"
    r"(?:\s+(?:(?:of|the|and|de|la|für|&)\s+)*[^\W\d_a-z][\w.&'’-]*){0,5})"
)
_DATE_WORD = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)[a-z]*$", re.IGNORECASE
)
_BYLINE_SPLIT = re.compile(r"\s*(?:,|;|/|\||\band\b|\bwith\b|\bund\b|\bet\b|&|\+)\s*", re.IGNORECASE)
_NOT_A_DATELINE = re.compile(r"[^\W\d]{3}[.!?]\s|^(?:the|a|an|der|die|das|le|la|les|el|il)\s", re.IGNORECASE)
_NO_NAMES = frozenset(
    {
        "photo",
        "photos",
        "video",
        "update",
        "updated",
        "live",
        "file",
        "watch",
        "pictured",
        "opinion",
        "sponsored",
    }
)


def provenance_of(
    entry: ParsedEntry, text: str, *, feed_title: str, feed_url: str, site_url: str | None
) -> str | None:
    """Return the agency or outlet that an entry credits, None when it credits nobody or its own outlet.

    `text` is the clean text. Looked at in this order: RSS `<source>`, dateline, "first published
    by", byline, closing credit; the first that speaks is believed.
    """
    found = (
        _source(entry, feed_url, site_url)
        or _dateline(text[:200])
        or _first_published(text)
        or _byline(entry.author)
        or _closing(text[-120:])
    )
    if found and re.search(rf"\b{re.escape(found)}\b", feed_title, re.IGNORECASE):
        return None
    return found


def _source(entry: ParsedEntry, feed_url: str, site_url: str | None) -> str | None:
    """Return the name in `<source>`, unless it names the very site that the feed belongs to."""
    name = to_line(entry.source_title or "")
    if not name and not entry.source_url:
        return None
    if entry.source_url:
        own = {registrable_domain(url) for url in (feed_url, site_url) if url}
        theirs = registrable_domain(entry.source_url)
        if theirs in own and (
            not _has_port(theirs) or identity_of(entry.source_url) == identity_of(feed_url)
        ):
            return None
        name = name or theirs
    return _known(name) or name[:80]


def _has_port(domain: str) -> bool:
    return ":" in domain


def _dateline(start: str) -> str | None:
    found = _DATELINE.match(start)
    if found and not _NOT_A_DATELINE.search(found["place"]):
        place, name = found["place"].replace(",", " ").split(), found["name"].strip()
        if (known := _known(name)) and (not place or place[0][0].isupper()):
            return known
        if _is_shouted(place) and name.lower() not in _NO_NAMES and _is_name(name):
            return name
    found = _LEADING.match(start)
    if found is None:
        return None
    name = found["name"]
    return AGENCIES.get(name.lower()) if _is_initials(name) else None


def _is_shouted(place: Sequence[str]) -> bool:
    """Return whether the words before the brackets are a place in capitals, as datelines print it."""
    return 0 < len(place) <= 8 and any(word.isupper() for word in place if len(word) > 2)


def _is_name(name: str) -> bool:
    words = name.split()
    return (
        len(words) <= 4
        and all(word[0].isupper() for word in words)
        and not any(char.isdigit() for char in name)
    )


def _first_published(text: str) -> str | None:
    for found in _FIRST_PUBLISHED.finditer(text):
        if found["verb"].lower() in ("appeared", "ran") and not _THIS_TEXT.search(found["before"]):
            continue
        name = _NAME.match(found["name"].strip())
        if name is None or _DATE_WORD.match(name[0].split()[0].rstrip(".,")):
            continue
        credited = name[0].strip(" .,’'")
        return _known(credited) or credited
    return None


def _byline(author: str | None) -> str | None:
    if not author:
        return None
    for part in _BYLINE_SPLIT.split(to_line(author)):
        name = re.sub(r"^(?:by|from|von|par|di|por|the|with)\s+", "", part, flags=re.IGNORECASE).strip(" .()")
        name = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
        if found := _known(name) or UNNAMED.get(name.lower()):
            return found
    return None


def _closing(end: str) -> str | None:
    found = _TRAILING.search(end)
    if found is None:
        return None
    name = found["name"].strip(" -–—")
    if found[0].startswith(".") and not _is_initials(name) and name != "Reuters":
        return None
    known = _known(name) if name != name.lower() or _is_initials(name) else None
    return known or UNNAMED.get(name.lower())


def _is_initials(name: str) -> bool:
    """Return whether a bare name can only be an agency's: "bloomberg" is a man, "ap" and "pa" are words."""
    return name.isupper() or name == "dpa"


def _known(name: str) -> str | None:
    """Return the shown name of a known agency, however it is written ("The Associated Press")."""
    return AGENCIES.get(re.sub(r"^the\s+", "", name.strip(" .\"'"), flags=re.IGNORECASE).lower())
