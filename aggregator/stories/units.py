"""The units in which news counts, and the words for what befalls people: the lists behind `numbers.py`.

Factors are exact by definition (international yard and pound, 1959; SI) except the barrel and the
Fahrenheit degree's shift, which are, too.
"""

import re
from typing import Final

Unit = tuple[str, float, float]
"""Dimension, how many base units one is, and where its zero lies in base units."""


def _unit(dimension: str, size: float, *words: str) -> dict[str, Unit]:
    return dict.fromkeys(words, (dimension, size, 0.0))


UNITS: Final[dict[str, Unit]] = {
    **_unit("per cent", 1.0, "%", "percent", "per cent", "pct"),
    **_unit("percentage points", 1.0, "percentage points", "percentage point"),
    **_unit("length", 1.0, "metre", "metres", "meter", "meters", "m"),
    **_unit("length", 1000.0, "kilometre", "kilometres", "kilometer", "kilometers", "km"),
    **_unit("length", 0.01, "centimetre", "centimetres", "centimeter", "centimeters", "cm"),
    **_unit("length", 0.001, "millimetre", "millimetres", "millimeter", "millimeters", "mm"),
    **_unit("length", 1609.344, "mile", "miles", "mi"),
    **_unit("length", 0.3048, "foot", "feet", "ft"),
    **_unit("length", 0.9144, "yard", "yards"),
    **_unit("length", 0.0254, "inch", "inches"),
    **_unit("length", 1852.0, "nautical miles", "nautical mile"),
    **_unit("area", 1e4, "hectare", "hectares", "ha"),
    **_unit("area", 4046.8564224, "acre", "acres"),
    **_unit("area", 1e6, "square kilometres", "square kilometers", "sq km", "square kilometre"),
    **_unit("area", 2589988.110336, "square miles", "sq miles", "square mile"),
    **_unit("mass", 1.0, "kilogram", "kilograms", "kilo", "kilos", "kg"),
    **_unit("mass", 0.001, "gram", "grams", "grammes"),
    **_unit("mass", 1000.0, "tonne", "tonnes", "metric tons", "metric tonnes"),
    **_unit("mass", 907.18474, "ton", "tons"),
    **_unit("mass", 0.45359237, "pound", "pounds", "lb", "lbs"),
    **_unit("volume", 1.0, "litre", "litres", "liter", "liters"),
    **_unit("volume", 3.785411784, "gallon", "gallons"),
    **_unit("volume", 158.987294928, "barrel", "barrels"),
    **_unit("speed", 1.0, "km/h", "kmh", "kph", "kilometres per", "kilometers per"),
    **_unit("speed", 1.609344, "mph", "miles per"),
    **_unit("speed", 1.852, "knots"),
    **_unit("time", 60.0, "minute", "minutes"),
    **_unit("time", 3600.0, "hour", "hours"),
    **_unit("time", 86400.0, "day", "days"),
    **_unit("time", 604800.0, "week", "weeks"),
    **_unit("time", 2629746.0, "month", "months"),
    **_unit("time", 31556952.0, "year", "years"),
    **_unit("time", 1.0, "second", "seconds"),
    **_unit("power", 1.0, "megawatt", "megawatts", "mw"),
    **_unit("power", 1000.0, "gigawatt", "gigawatts", "gw"),
    "°c": ("temperature", 1.0, 0.0),
    "degrees celsius": ("temperature", 1.0, 0.0),
    "degrees": ("temperature", 1.0, 0.0),
    "°f": ("temperature", 5 / 9, -160 / 9),
    "degrees fahrenheit": ("temperature", 5 / 9, -160 / 9),
}

CURRENCIES: Final = {
    "dollar": "$", "dollars": "$", "usd": "$", "euro": "€", "euros": "€", "eur": "€", "pounds sterling": "£",
    "yen": "¥", "yuan": "yuan", "francs": "franc", "rupees": "rupee", "pesos": "peso", "crowns": "crown",
    "krona": "krona", "kroner": "krone", "ducats": "ducat", "ducat": "ducat", "marks": "mark",
    "riks": "riks", "florins": "florin", "kori": "kori", "talers": "taler", "shillings": "shilling",
}  # fmt: skip
"""Words of currencies; the last two lines are those of the sample newsroom's world."""

STEMS: Final = {
    "died": "die", "dying": "die", "dies": "die", "dead": "dead", "death": "dead", "deaths": "dead",
    "died,": "die", "lives": "dead", "life": "life", "toll": "dead", "bodies": "dead", "body": "dead",
    "fatalities": "dead", "fatality": "dead", "victims": "victim", "killed": "kill", "killing": "kill",
    "kills": "kill", "slain": "kill", "drowned": "kill", "drowning": "kill", "perished": "kill",
    "injured": "injur", "injuring": "injur", "injuries": "injur", "injures": "injur", "hurt": "injur",
    "wounded": "injur", "wounding": "injur", "hospital": "hospital", "hospitalised": "hospital",
    "hospitalized": "hospital", "arrested": "arrest", "arrests": "arrest", "detained": "arrest",
    "missing": "missing", "unaccounted": "missing", "evacuated": "evacuat", "displaced": "evacuat",
    "homeless": "evacuat", "evacuees": "evacuat", "fled": "evacuat", "rescued": "rescu", "stranded": "strand",
    "infected": "infect", "infections": "infect", "cases": "case", "case": "case", "people": "people",
    "persons": "people", "person": "people", "men": "man", "women": "woman", "children": "child",
}  # fmt: skip

STATES: Final = {
    "die": "killed", "dead": "killed", "kill": "killed", "injur": "injured", "hospital": "in hospital",
    "arrest": "arrested", "missing": "missing", "evacuat": "evacuated", "rescu": "rescued",
    "strand": "stranded", "infect": "infected",
}  # fmt: skip
"""What befalls people, by stem: the word under which their numbers are compared."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a list written as one text."""
    return tuple(text.split())


def stem(word: str) -> str:
    """Return a word without the endings that tell numbers and tenses apart; irregular ones by a list."""
    word = word.lower().removesuffix("'s").removesuffix("’s")
    if word in STEMS:
        return STEMS[word]
    for ending in (
        "ingly",
        "edly",
        "ations",
        "ation",
        "ings",
        "ing",
        "ies",
        "ied",
        "ed",
        "es",
        "s",
        "e",
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


_PEOPLE: Final = frozenset(
    map(
        stem,
        words_of(
            "people men women children victims civilians residents passengers soldiers workers villagers"
            " migrants patients students pupils refugees fans protesters demonstrators travellers tourists"
            " crew employees staff officers firefighters miners fishermen inhabitants families survivors"
            " casualties guests sailors seamen customers shoppers users accounts holders walkers hikers"
            " climbers campers evacuees farmers spectators mourners suspects prisoners inmates recruits"
            " medics nurses doctors troops"
        ),
    )
)


def is_people(stem: str) -> bool:
    """Return whether a stem counts people."""
    return stem in _PEOPLE


_PHRASES: Final = (
    (
        re.compile(
            r"\b(?:leave|left|leaving|flee|fled|vacate)\s(?:their|his|her)\s(?:homes?|houses?)\b",
            re.IGNORECASE,
        ),
        "fled",
    ),
    (re.compile(r"\b(?:lost|lose|losing)\s(?:their|his|her)\s(?:lives|life)\b", re.IGNORECASE), "died"),
)


def in_one_word(sentence: str) -> str:
    """Return a sentence with what befalls people in one word: "had to leave their homes" as "had to fled"."""
    for phrase, word in _PHRASES:
        sentence = phrase.sub(word, sentence)
    return sentence


GROWING: Final = frozenset(
    ("killed", "injured", "in hospital", "arrested", "evacuated", "rescued", "infected")
)
"""States whose numbers rise while an event goes on; those missing may fall, too."""
