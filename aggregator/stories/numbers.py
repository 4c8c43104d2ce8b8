"""Read the numbers of a sentence: how many, of what, in which unit, how exactly it is meant (in English).

Takes sentences from `statements.py`; `conflicts.py` compares the quantities. Years, dates, times, ages of
people, numbers that are part of a name and shares of a number just told are left out: they are no counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.stories.units import CURRENCIES, STATES, UNITS, is_people, stem, words_of

_SMALL = {
    word: value
    for value, word in enumerate(
        words_of(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
            " fifteen sixteen seventeen eighteen nineteen"
        )
    )
}
_TENS = {
    word: 10 * (place + 2)
    for place, word in enumerate(words_of("twenty thirty forty fifty sixty seventy eighty ninety"))
}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "bn": 1e9, "dozen": 12.0,
}  # fmt: skip
_WORDS = "|".join([*_TENS, *_SMALL])
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"(?:(?:[\s-](?:hundred|thousand|million|billion|trillion|dozen))|\s?(?:bn|mn|mln|m|k)\b)"
_NUMBER = re.compile(
    rf"(?<![\w.,:/#-])(?P<sign>[$€£¥])?(?P<number>{_DIGITS}|\b(?:(?:{_WORDS})(?:[-\s](?:{_WORDS}))?"
    rf"(?:\s(?:hundred|thousand)(?:\sand)?(?:\s(?:{_WORDS}))?)?)\b|\b(?:a|an)(?=\s(?:hundred|thousand|million"
    rf"|billion|dozen)\b))(?P<scale>{_SCALE})?(?![\w])(?P<tail>%|°\s?[CF]\b)?",
    re.IGNORECASE,
)
_BEFORE = (
    (
        "least",
        r"at least|no (?:fewer|less) than|more than|over|above|exceed(?:ing|ed|s)?|upwards of|well over",
    ),
    ("most", r"at most|up to|as many as|as much as|fewer than|less than|under|below|no more than"),
    (
        "about",
        r"about|around|some|nearly|almost|roughly|approximately|an? (?:estimated|average of)|close to|circa",
    ),
)
_HEDGES = tuple(
    (kind, re.compile(rf"\b(?:{words})\s+(?:[$€£¥])?$", re.IGNORECASE)) for kind, words in _BEFORE
)
_AFTERWARDS = re.compile(r"^\s*(?:or (?:so|more)|and counting|plus)\b", re.IGNORECASE)
_PAST = re.compile(r"\bfrom\s+(?:about |around |just |some )?(?:[$€£¥])?$", re.IGNORECASE)
_TO = re.compile(r"^[^.;]{0,40}?\bto\b", re.IGNORECASE)
_PART = re.compile(
    r"^\s*(?:\w+\s){0,2}?(?:of (?:them|whom|these|those|which)|(?:more|others?|further|additional|new)\b)",
    re.IGNORECASE,
)
_PART_BEFORE = re.compile(
    r"\b(?:another|additional|further|other|including|among them|next|last|past|first|every|each|of the"
    r"|than the|a further|one in|out of)\s+(?:about |some |at least )?$",
    re.IGNORECASE,
)
_WHOLE_BEFORE = re.compile(
    rf"(?:\d|\b(?:{_WORDS}|half|third|quarter|most|some|all|many|each|per cent|percent))\s+of\s"
    r"(?:the\s|its\s|their\s)?(?:[\w’']+[’']s\s)?(?:about |some |roughly )?[$€£¥]?$",
    re.IGNORECASE,
)
"""Before the whole of which a number just told is a share: "61 of 120 seats"."""
_NOT_A_COUNT = re.compile(
    r"^\s?(?:[-–]\s?(?:year|month|day|week|hour|minute|page|seat|storey|story|man|woman|point)s?\b|a\.?m\b|p\.?m\b"
    r"|o[’']clock|years? old\b|(?:st|nd|rd|th)\b|[-–:]\d|[’']s\b|years?(?:-|\s)(?:old|ago)\b"
    r"|(?:days?|weeks?|months?|years?|hours?|minutes?|decades?|generations?)\s(?:ago|earlier|later|before|after|since)\b"
    r"|(?:January|February|March|April|May|June|July|August|September|October|November|December)\b)",
    re.IGNORECASE,
)
_NAME_BEFORE = re.compile(
    r"(?:\b(?:article|section|page|room|number|no\.|phase|level|chapter|channel|covid|group|grade|version|highway"
    r"|route|flight|type|model|title|act|gate|line|platform|bus|tram|under)[\s-]"
    r"|(?<=[\w,;)] )[A-Z][\w.]*[\s-])$"
)
"""What makes a number the part of a name: "Room 6", "Brio 1.2"; a capital that begins a sentence does not."""
_AGE_BEFORE = re.compile(r"(?:\baged?|\bage of)\s$|[A-Z][\w’'-]+,\s$")
_RANGE = re.compile(rf"({_DIGITS}|\b(?:{_WORDS}))\s?(?:to|or|and|[-–])\s?$", re.IGNORECASE)
_NEXT = re.compile(
    r"^[\s-]*(?:(?:of|in|new|other|more|the|a|an)\s)?([^\W\d_][\w’'-]*)((?:\s[^\W\d_][\w’'-]*){0,3})"
)
_CLAUSE = re.compile(r"[,;:.()—–]|\b(?:and|but|while|after|when|which|who|as|with)\b", re.IGNORECASE)


AROUND = 7
"""Words on each side of a number that tell what it is about."""
CONVERTED = 0.05
"""Share by which a number may differ from one in another unit: conversions are rounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number as a sentence means it.

    `value` and the bounds `low` and `high` are in the base unit of `unit` (metres, square metres, kilograms;
    1 for a plain count); `unit` names its dimension, for a count the stem of what is counted. `state` is what
    befell the people counted ("killed"), else empty. `hedge` is `least`, `most`, `about` or empty.
    `counted` is the word that says of what, as a page can show it ("lorries", "hectares").
    `around` holds the stems of the telling words near it, by which two lengths are known for one.
    `is_part` marks a share of something larger ("three more", "two of them") or a number of the past.
    """

    value: float
    low: float
    high: float
    unit: str
    state: str
    counted: str
    written: str
    hedge: str
    is_part: bool
    around: frozenset[str]
    scale: float = 1.0
    """Base units in one of the unit as written."""


def quantities(sentence: str) -> tuple[Quantity, ...]:
    """Return the quantities of an English sentence in their order."""
    return tuple(_found(sentence))


def are_apart(one: Quantity, other: Quantity) -> bool:
    """Return whether two numbers cannot both be right as they are told."""
    slack = CONVERTED * max(abs(one.value), abs(other.value)) if one.scale != other.scale else 0.0
    return one.low > other.high + slack or other.low > one.high + slack


def _found(sentence: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(sentence):
        before, after = sentence[: match.start()], sentence[match.end() :]
        if _NOT_A_COUNT.match(after) or _AGE_BEFORE.search(before):
            continue
        unit, size, shift = _unit(match, after)
        noun = "" if unit else _counted(before, after)
        written = match["number"].replace(",", "").lower()
        if not unit and (not noun or (_is_year(written) and not match["scale"])):
            continue
        if _NAME_BEFORE.search(before) and not match["sign"] and noun not in _MEASURES:
            continue
        state = _state(before, after) if noun in STATES or is_people(noun) else ""
        if written == "one" and not state:
            continue
        hedge = _hedge(before, after)
        value, low, high = _bounds(match, hedge)
        low = min(low, _range_start(before, value))
        yield Quantity(
            value=value * size + shift,
            low=low * size + shift,
            high=high * size + shift,
            unit=unit or ("people" if is_people(noun) or noun in STATES else noun),
            state=state,
            counted=state or _shown(unit, noun, before, after),
            written=match.group().strip(),
            hedge=hedge,
            is_part=_is_part(before, after),
            around=_around(before, after, noun or unit),
            scale=size,
        )


def _around(before: str, after: str, noun: str) -> frozenset[str]:
    """Return the stems of up to six words on each side, without small words, units and the noun itself."""
    words = re.findall(r"[^\W\d_]+", before)[-AROUND:] + re.findall(r"[^\W\d_]+", after)[:AROUND]
    telling = {stem(word) for word in words if len(word) > 3 and word.lower() not in _ENDS}
    return frozenset(telling - {noun} - {stem(word) for word in UNITS} - _SAYING)


def _is_part(before: str, after: str) -> bool:
    """Return whether a number is a share of another one, or what it was before it changed."""
    is_past = _PAST.search(before) and _TO.match(after)
    return bool(_PART.match(after) or _PART_BEFORE.search(before) or _WHOLE_BEFORE.search(before) or is_past)


def _value(match: re.Match[str]) -> tuple[float, float]:
    """Return the number, and the size of its last digit that is told: 100 of "2,400"."""
    scale = _SCALES[match["scale"].strip(" -").lower()] if match["scale"] else 1.0
    written = match["number"].replace(",", "").lower()
    if not written[0].isdigit():
        value = _spelt(written)
        return value * scale, scale if scale > 1 else 1.0
    decimals = len(written.partition(".")[2])
    value = float(written)
    if decimals or scale > 1:
        return value * scale, scale * 10.0**-decimals
    zeros = len(written) - len(written.rstrip("0"))
    return value, 10.0 ** (zeros if value else 0)


def _spelt(written: str) -> float:
    """Return the value of a number in words: "forty-one", "two hundred and six", "a"."""
    total, current = 0.0, 0.0
    for word in re.split(r"[\s-]+", written):
        if word in ("a", "an"):
            current = 1
        elif word in _SMALL or word in _TENS:
            current += _SMALL.get(word, _TENS.get(word, 0))
        elif word in ("hundred", "thousand"):
            total, current = total + max(current, 1) * _SCALES[word], 0
    return total + current


def _is_year(written: str) -> bool:
    return written.isdigit() and len(written) == 4 and 1800 <= int(written) <= 2100


def _hedge(before: str, after: str) -> str:
    if _AFTERWARDS.match(after):
        return "least"
    return next((kind for kind, shape in _HEDGES if shape.search(before)), "")


def _bounds(match: re.Match[str], hedge: str) -> tuple[float, float, float]:
    """Return a number, and between what it lies as it is told: round ones are rounded, "about" is a tenth."""
    value, step = _value(match)
    digits = len(f"{value / step:.0f}".rstrip("0")) if step else 1
    slack = min(step / 2, value * (0.05 if digits < 2 else 0.025)) if step != 1 else 0.0
    low, high = value - slack, value + slack
    if hedge == "about":
        low, high = min(low, value * 0.9), max(high, value * 1.1)
    elif hedge == "least":
        high = float("inf")
    elif hedge == "most":
        low = 0.0
    return value, low, high


def _range_start(before: str, value: float) -> float:
    """Return where a range begins of which this number is the end ("35 to 40"), else the number."""
    found = _RANGE.search(before)
    if found is None:
        return value
    start = found[1].replace(",", "").lower()
    return min(value, float(start) if start[0].isdigit() else _spelt(start))


def _unit(match: re.Match[str], after: str) -> tuple[str, float, float]:
    """Return the dimension, the size and the zero of the unit; an empty dimension for a plain count."""
    tail = (match["tail"] or "").replace(" ", "").lower()
    if match["sign"]:
        return f"money:{match['sign']}", 1.0, 0.0
    if tail:
        return UNITS[tail]
    following = _NEXT.match(after)
    words = [following[1].lower(), *following[2].lower().split()] if following else []
    for size in (2, 1):
        known = UNITS.get(" ".join(words[:size]))
        if known and len(words) >= size:
            return known
    if words and words[0] in CURRENCIES:
        return f"money:{CURRENCIES[words[0]]}", 1.0, 0.0
    return "", 1.0, 0.0


def _shown(unit: str, noun: str, before: str, after: str) -> str:
    """Return the word after or before a number whose stem is what it counts, or its unit."""
    if unit.startswith("money:") or unit == "per cent":
        return "money" if unit != "per cent" else unit
    if unit:
        following = _NEXT.match(after)
        return following[1].lower() if following else unit
    words = re.findall(r"[^\W\d_]+", after)[:6] + re.findall(r"[^\W\d_]+", before)[::-1]
    return next((word.lower() for word in words if stem(word) == noun), noun)


def _counted(before: str, after: str) -> str:
    """Return the stem of what a number without a unit counts; empty where the sentence does not tell."""
    clause = re.findall(r"[a-z]+", _CLAUSE.split(before)[-1].lower())
    if (clause and stem(clause[-1]) in _MEASURES) or (clause[-2:-1] and stem(clause[-2]) in _MEASURES):
        return stem(clause[-1]) if stem(clause[-1]) in _MEASURES else stem(clause[-2])
    of = re.match(r"^\s+of\s+(?:the\s)?(?:\w+[’']s\s)?[\d.,]+\s", after)
    following = _NEXT.match(after[of.end() - 1 :] if of else after)
    noun = _noun([following[1].lower(), *following[2].lower().split()]) if following else ""
    return noun or _noun_before(clause)


def _noun(words: list[str]) -> str:
    """Return the stem of what is counted: the last of the words before a preposition or a verb."""
    kept: list[str] = []
    for word in words:
        if word in _ENDS or len(word) < 3:
            break
        if word.endswith(("ed", "ly", "ook")) and stem(word) not in STATES:
            if kept:
                break
            continue
        kept.append(word)
        if word.endswith("s") and not word.endswith("ss"):
            break
    if not kept:
        return ""
    states = [stem(word) for word in kept if stem(word) in STATES]
    people = [stem(word) for word in kept if is_people(stem(word))]
    return (people or states or [stem(kept[-1])])[0]


_ENDS = frozenset(
    words_of(
        "of in on at to for from by with and or but the a an was were is are be been have has had"
        " that this who which when while after before since as than into over under between through"
        " during per it he she they we you its his her their our your not no so then there if because"
        " would will could can may might must should do did does also already still only just"
    )
)


def _noun_before(clause: list[str]) -> str:
    """Return what a number at the end of a clause counts: "the toll rose to nine", "number of seats: 61"."""
    if not clause or not _LEADS_TO.search(" ".join(clause[-3:])):
        return ""
    stems = [stem(word) for word in clause[-12:]]
    states = [one for one in stems if one in STATES]
    people = [one for one in stems if is_people(one)]
    return (people or states or [""])[-1]


_LEADS_TO = re.compile(r"\b(?:to|at|is|was|stands|stood|of|hit|hits|reached|reaches|passed|tops)(?: \w+)?$")
_SAYING = frozenset(
    map(stem, words_of("said says told according reported about around some more than least most"))
)
_MEASURES = frozenset(("magnitud", "turnout"))
"""Nouns before which no unit stands, and whose number comes behind them."""


def _state(before: str, after: str) -> str:
    """Return what befell the people that a number counts, by the nearest word of that kind in its clause."""
    near: list[tuple[int, str]] = []
    for distance, word in enumerate(re.findall(r"[a-z]+", _CLAUSE.split(after, maxsplit=1)[0].lower())[:9]):
        if stem(word) in STATES:
            near.append((distance, STATES[stem(word)]))
    for distance, word in enumerate(reversed(re.findall(r"[a-z]+", _CLAUSE.split(before)[-1].lower())[-9:])):
        if stem(word) in STATES:
            near.append((distance + 1, STATES[stem(word)]))
    return min(near)[1] if near else ""
