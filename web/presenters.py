"""Turns the values of a view into words: times, counts, lists. Pure; the factory makes them filters."""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from aggregator.domain.feeds import PollSlot
from aggregator.domain.stories import StoryEvent
from aggregator.readers.views import CopyLine, StoryCard

PAGE_LANG: Final = "en"
WORDS_A_MINUTE: Final = 238
"""Silent reading of English non-fiction by adults: Brysbaert 2019, doi:10.1016/j.jml.2019.104047."""
CHARACTERS_A_MINUTE: Final = 255
"""Chinese read aloud, in characters: Trauzettel-Klosinski & Dietz 2012, doi:10.1167/iovs.11-8284."""

# Smallest number of seconds, seconds in one unit, words for one, word for many.
UNITS: Final = (
    (365 * 86400, 365 * 86400, "a year", "years"),
    (60 * 86400, 30 * 86400, "a month", "months"),
    (14 * 86400, 7 * 86400, "a week", "weeks"),
    (86400, 86400, "a day", "days"),
    (3600, 3600, "an hour", "hours"),
    (60, 60, "a minute", "minutes"),
)
JUST_NOW: Final = timedelta(seconds=45)

LANGUAGES: Final = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish",
    "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "ga": "Irish", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "ms": "Malay", "nb": "Norwegian",
    "nl": "Dutch", "nn": "Norwegian", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian",
    "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian",
    "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # the shapes of BCP 47 seen in feeds
CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
TAG: Final = re.compile(r"<[^>]*>")

EVENTS: Final = {
    "opened": "Story opened",
    "grown": "Reports added",
    "merged": "Another story became part of this one",
    "split": "Story split",
    "shrunk": "Reports taken out",
    "follows": "A story before it was found",
    "followed": "Story taken up again",
    "corrected": "Corrected by hand",
    "retired": "Story closed: nothing new has come in for a while",
}


def relative(at: datetime, now: datetime) -> str:
    """Return how long ago, or how soon, `at` is: "an hour ago", "in 5 minutes", "just now"."""
    if abs(now - at) < JUST_NOW:
        return "just now"
    minute = timedelta(minutes=1)
    if at > now:
        # Rounded up to the minute: what is due in 18 minutes is not due in 17 a second later.
        return f"in {duration(-((now - at) // minute) * minute)}"
    return f"{duration(max(now - at, minute))} ago"


def duration(span: timedelta) -> str:
    """Return a span of at least a minute in its largest whole unit: "a day", "3 weeks"."""
    seconds = int(span.total_seconds())
    for least, size, one, many in UNITS:
        if seconds >= least:
            number = seconds // size
            return one if number == 1 else f"{number} {many}"
    return UNITS[-1][2]


def absolute(at: datetime, now: datetime, zone: tzinfo | None) -> str:
    """Return the local time of `at`, with as much of the date as `now` leaves open."""
    return absolute_on(at, now.astimezone(zone).date(), zone)


def absolute_on(at: datetime, today: date, zone: tzinfo | None) -> str:
    """Return the local time of `at`, with as much of the date as the local date `today` leaves open."""
    there = at.astimezone(zone)
    clock = f"{there:%H:%M}"
    if there.date() == today:
        return clock
    if there.year == today.year:
        return f"{there:%a} {there.day} {there:%b}, {clock}"
    return f"{there.day} {there:%b %Y}, {clock}"


def full_time(at: datetime, zone: tzinfo | None) -> str:
    """Return the local date and time of `at` in full, with its zone."""
    return f"{full_date(at, zone)}, {at.astimezone(zone):%H:%M} {zone_label(at, zone)}"


def full_date(at: datetime, zone: tzinfo | None) -> str:
    """Return the local date of `at` in full: "Saturday 14 March 2026"."""
    there = at.astimezone(zone)
    return f"{there:%A} {there.day} {there:%B %Y}"


def zone_label(at: datetime, zone: tzinfo | None) -> str:
    """Return the zone's short name at `at`, as "CET", or its offset where it has no name."""
    there = at.astimezone(zone)
    name = there.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{there:%z}"


def iso(at: datetime) -> str:
    """Return `at` as `<time datetime>` wants it: UTC to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: "1 story", "2 stories", "1,204 articles"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size_line(card: StoryCard) -> str:
    """Return how widely a story is covered; one lone article needs no more words than that."""
    if card.article_count == 1:
        return "1 article"
    return " · ".join(
        (
            count(card.article_count, "article"),
            count(card.outlet_count, "outlet"),
            count(card.origin_count, "independent report"),
        )
    )


def times(number: int) -> str:
    """Return the "×2" behind an outlet with several articles, nothing for one."""
    return f"×{number}" if number > 1 else ""


def later(hours: float) -> str:
    """Return a lag in hours as people write it: "20 min later", "1 h later", "3 days later"."""
    minutes = round(abs(hours) * 60)
    side = "earlier" if hours < 0 else "later"
    if minutes < 1:
        return "at the same time"
    if minutes < 60:
        return f"{minutes} min {side}"
    if minutes < 48 * 60:
        return f"{round(minutes / 60)} h {side}"
    return f"{round(minutes / 60 / 24)} days {side}"


def reposts_line(reposts: Collection[CopyLine]) -> str:
    """Return the summary of a fold of reposts."""
    if len(reposts) == 1:
        return f"reposted {later(next(iter(reposts)).hours_later)} by the same outlet"
    return f"reposted {len(reposts)} times by the same outlet"


def copies_line(copies: Collection[CopyLine]) -> str:
    """Return the summary of a fold of copies elsewhere: outlets count once."""
    return f"same text at {count(len({copy.outlet_id for copy in copies}), 'other outlet')}"


def event_line(event: StoryEvent) -> str:
    """Return one line of a story's history in words."""
    said = EVENTS.get(event.kind, event.kind.replace("-", " ").capitalize())
    return f"{said}: {event.detail}" if event.detail else said


def reading_time(html: str) -> str:
    """Return an estimate of the time to read a body: "about 3 minutes to read"."""
    text = TAG.sub(" ", html)
    characters = len(CJK.findall(text))
    words = len(CJK.sub(" ", text).split())
    minutes = words / WORDS_A_MINUTE + characters / CHARACTERS_A_MINUTE
    if minutes < 1:
        return "less than a minute to read"
    return f"about {count(round(minutes), 'minute')} to read"


def language(lang: str | None) -> str:
    """Return the English name of a language that is not the page's own, '' for the page's own."""
    if not _is_foreign(lang):
        return ""
    primary = str(lang).split("-")[0].lower()
    return LANGUAGES.get(primary, str(lang))


def foreign(lang: str | None) -> Markup:
    """Return the attributes for text in another or an unknown language; its direction goes by its letters."""
    if _is_foreign(lang):
        return Markup(f' lang="{escape(lang)}" dir="auto"')  # noqa: S704
    return Markup("") if lang and LANGUAGE_TAG.fullmatch(lang) else Markup(' dir="auto"')


def _is_foreign(lang: str | None) -> bool:
    """Return whether a tag names a language, and not the page's."""
    return bool(lang and LANGUAGE_TAG.fullmatch(lang) and lang.split("-")[0].lower() != PAGE_LANG)


def external(link: str) -> Markup:
    """Return the attributes of a link to another site, none for an address that is not a web page.

    A feed chooses its links, and `javascript:` is an address too; only http and https pass.
    """
    try:
        is_page = urlsplit(link).scheme in {"http", "https"}
    except ValueError:
        is_page = False
    if not is_page:
        return Markup("")
    return Markup(f'href="{escape(link)}" rel="noopener noreferrer" class="external"')  # noqa: S704


def bare_url(url: str) -> str:
    """Return an address as people say it: without scheme, `www.` and final slash."""
    return re.sub(r"^https?://(www\.)?", "", url).rstrip("/")


def poll_bars(history: Sequence[PollSlot]) -> tuple[tuple[int, str], ...]:
    """Return a bar for each span of a feed's history: its height, 1 to 16, and what it is.

    A span without a poll is `none`, one whose polls all failed is `failed` and high. The height of the
    others grows with the logarithm of the new articles, so that one article and a hundred can both be seen.
    """
    return tuple(_bar(slot) for slot in history)


def _bar(slot: PollSlot) -> tuple[int, str]:
    if not slot.polls:
        return 1, "none"
    if slot.failed == slot.polls:
        return 16, "failed"
    return min(16, 3 + 2 * slot.new.bit_length()), "some" if slot.failed else "fine"


def poll_words(history: Sequence[PollSlot]) -> str:
    """Return a feed's history in words: "in three days 140 checks, 2 failed, 31 new articles"."""
    checks, failed, new = (
        sum(getattr(slot, name) for slot in history) for name in ("polls", "failed", "new")
    )
    return f"in three days {count(checks, 'check')}, {failed or 'none'} failed, {count(new, 'new article')}"
