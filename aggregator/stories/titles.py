"""Tell what a headline proves and what it does not: names of series, dates, and numbers that set two apart.

Takes plain titles from relate and gives back values; English words for dates and series, any language else.
"""

import re
from collections.abc import Container, Sequence

_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*(?:(?:st|nd|rd|th)\b)?|\w+")


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_NUMBER_WORDS = _words(
    "one two three four five six seven eight nine ten eleven twelve first second third fourth fifth sixth"
    " seventh eighth ninth tenth"
)

DATE_WORDS = _words(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun"
    " january february march april may june july august september october november december"
    " jan feb mar apr jun jul aug sep sept oct nov dec today yesterday tomorrow tonight"
    " morning afternoon evening night weekend week day am pm gmt bst est edt pst et"
)

_SERIES_WORDS = _words(
    "briefing bulletin briefs newsletter live update updates latest news headlines headline top stories story"
    " podcast roundup round up recap digest quiz crossword horoscope horoscopes daily weekly what you need to"
    " know wrap at a glance in pictures photos of the best this that your our for and on from with by"
    " world business sport sports front page pages papers editor editors choice review preview"
    " things moments highlights talking points reads"
)

_FEATURE_WORDS = DATE_WORDS | _SERIES_WORDS | _NUMBER_WORDS
"""A number counts what a piece lists ("Five things from the weekend"); alone with these it names no event."""


def tokens(title: str) -> list[str]:
    """Return the words and numbers of a title in small letters; a decimal number is one token."""
    return _TOKEN.findall(title.casefold())


def is_series(words: Sequence[str]) -> bool:
    """Return whether the tokens of a title name a recurring feature ("Morning briefing") and no event."""
    return all(word in _FEATURE_WORDS or _has_digits(word) for word in words)


_ROUNDUP = re.compile(
    r"\b(briefing|newsletter|morning mail|round-?up|recap|digest|headlines|front pages?|quiz|crossword"
    r"|horoscopes?|things to know|things you need|need to know|week in|day in|photos of|in pictures|in photos"
    r"|what to watch|podcast|top stories|letters?(?=:)|best of|what the papers say)\b"
)


def is_roundup(title: str) -> bool:
    """Return whether a title sounds like a piece that tells of many events, which is nobody's member."""
    return bool(_ROUNDUP.search(title.casefold())) or is_series(tokens(title))


def dateless(words: Sequence[str]) -> tuple[str, ...]:
    """Return the tokens of a title without its numbers, dates and times of day."""
    return tuple(word for word in words if word not in DATE_WORDS and not _has_digits(word))


def masked(words: Sequence[str], names: Container[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tokens of a title with a mark in place of each number and name, and these in their order."""
    details = tuple(word for word in words if _is_number(word) or word in names)
    if not details:
        return tuple(words), details
    return tuple("#" if _is_number(word) else "@" if word in names else word for word in words), details


def _has_digits(word: str) -> bool:
    return word[0].isdigit()


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word in _NUMBER_WORDS
