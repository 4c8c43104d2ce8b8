"""Tell which people, places and organisations a story names, and how many of its reports do (English).

Takes the independent reports of a story; `gists.py` stores what it gives. Light evidence decides: titles,
given names, speakers, last words such as "Bank" or "River", "in X", and a list of facts (`names.toml`). What
none of it tells stands among the others rather than where it may be wrong.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from aggregator.domain.articles import Article
from aggregator.domain.stories import Name, NameKind
from aggregator.stories.namesakes import Facts, Seen, acronyms_in, folded, load_facts
from aggregator.stories.quotes import quotes_of
from aggregator.stories.sentences import primary, sentences_of
from aggregator.stories.spans import (
    AREAS,
    AREAS_FIRST,
    BODIES,
    NO_NAMES,
    OFFICES,
    PARTICLES,
    ROYAL,
    TITLES,
    Span,
    listed,
    spans_of,
)

MOST: Final = 8
"""Names of one kind that are kept."""
READ: Final = 30
"""Sentences of a report that are looked at."""
FEWEST: Final = 2
"""Independent reports, and outlets, that must name somebody; a story of one report says it alone."""
SURE: Final = 2
"""Least evidence for a kind, and by how many times it must outweigh what speaks for another."""

_SPEAKS = listed(
    "said says told added tweeted wrote died resigned apologised apologized testified pleaded who"
    " insisted argued"
)
_ARTICLES = listed("the a an this that")
_NAMED_AFTER = listed("University College Hospital Church Duke Duchess Bay Port Isle Museum")
_INSIDE = listed("in near outside across")
_AFTER_PLACE = listed(
    ". , ; on after and where when to for by as was is has have since before during this last who that"
)
_SIDES = listed(
    "northern southern eastern western central northeastern northwestern southeastern southwestern downtown"
)
_SETTLED = listed("city town village capital port province state county suburb district region")
_OWNED = listed("shares stock executives employees engineers users customers subsidiary")
_AGE = re.compile(r"^\d\d$")


def names_of(reports: Sequence[Article]) -> tuple[Name, ...]:
    """Return whom and what the English reports of a story name, those of most reports first."""
    english = [one for one in reports if primary(one.lang) == "en"]
    facts = load_facts()
    spans = [list(_spans(article)) for article in english]
    texts = [f"{one.title} {one.text or one.summary}" for one in english]
    middle = {span.name for some in spans for span in some if not span.is_first}
    small = Counter(word for text in texts for word in re.findall(r"\b[a-z][\w-]+", text))
    seen: dict[str, Seen] = {}
    for place, some in enumerate(spans):
        for span in some:
            words = _kept(span, middle, small, facts)
            if words:
                one = seen.setdefault(" ".join(words), Seen())
                one.reports.add(place)
                one.outlets.add(english[place].outlet_id)
                one.count += 1
                _weigh(one, words, span, place, facts)
    _hear(seen, english)
    found = folded(seen, acronyms_in(texts), facts)
    outlets = len({one.outlet_id for one in english})
    return _best(found, reports=min(FEWEST, len(english)), outlets=min(FEWEST, outlets))


def _spans(article: Article) -> Iterable[Span]:
    given = load_facts().given
    for sentence in [article.title, *sentences_of(article.text or article.summary, article.lang)[:READ]]:
        for span in spans_of(sentence):
            yield from _parted(span, given)


def _parted(span: Span, given: frozenset[str]) -> Iterable[Span]:
    """Return a name in two where a person's begins in its middle: "Rescue Trust Ada Berg"."""
    words = span.words
    starts = [place for place, word in enumerate(words[:-1]) if word in given]
    at = starts[0] if starts else 0
    if at > 1 and words[at - 1] in {"of", "for"} and words[at - 2] not in _NAMED_AFTER:
        yield replace(span, words=words[: at - 1], after=words[at - 1 :])
        yield replace(span, words=words[at:], is_first=False, before=words[:at])
        return
    before = words[at - 1] if at else ""
    is_loose = at > 1 or span.is_first or before in BODIES | OFFICES or before.startswith("Ex-")
    if not at or not is_loose or before in AREAS_FIRST | ROYAL | PARTICLES or words[-1] in BODIES | AREAS:
        yield span
        return
    yield replace(span, words=words[:at], after=words[at:])
    yield replace(span, words=words[at:], is_first=False, before=words[:at])


def _kept(span: Span, middle: set[str], small: Mapping[str, int], facts: Facts) -> tuple[str, ...]:
    """Return the words of a name without those in capitals for their place alone; none for no name."""
    words = _bared(span, middle, small, facts)
    if len(words) == 1 and words[0] not in facts.places:
        is_known = words[0] in facts.organisations
        if words[0] in facts.peoples | OFFICES | TITLES | ROYAL | BODIES | AREAS | NO_NAMES and not is_known:
            return ()
        if len(words[0]) < 2 or small.get(words[0].casefold(), 0):
            return ()
        if span.is_first and words[0] not in middle and not is_known:
            return ()
    if all(word in OFFICES | TITLES | facts.peoples | NO_NAMES | {"of", "the"} for word in words):
        return ()
    return words


def _bared(span: Span, middle: set[str], small: Mapping[str, int], facts: Facts) -> tuple[str, ...]:
    """Return the words of a name from the first that belongs to it on."""
    words, known = span.words, facts.places | facts.organisations
    while span.is_first and len(words) > 1 and _is_plain(words[0], small, facts):
        words = words[1:]
    while len(words) > 1 and words[0] in facts.peoples and words[-1] not in BODIES | AREAS:
        if " ".join(words) in known:
            break
        words = words[1:]
    rest, first = " ".join(words[1:]), words[0]
    if span.is_first and rest in middle and " ".join(words) not in middle and first not in facts.given:
        return words[1:]
    return words


def _is_plain(word: str, small: Mapping[str, int], facts: Facts) -> bool:
    return word not in facts.given and (word in NO_NAMES or small.get(word.casefold(), 0) > 0)


def _weigh(one: Seen, words: tuple[str, ...], span: Span, place: int, facts: Facts) -> None:
    """Add what a place in a text says about the kind of a name."""
    kind, weight = _by_words(words, facts)
    one.evidence[kind] += 0 if span.title and kind is NameKind.PLACE else weight
    after, before = (*span.after, "", "", ""), span.before[-1] if span.before else ""
    if span.title and words == span.words:
        one.evidence[NameKind.PERSON] += 3
    if len(words) > 1 and after[0] == after[2] == "," and _AGE.match(after[1]):
        one.evidence[NameKind.PERSON] += 3
    elif len(words) == 2 and after[:2] == (",", "who"):
        one.evidence[NameKind.PERSON] += 1
    one.evidence[NameKind.ORGANISATION] += after[0] in _OWNED
    one.bare += before.casefold() not in _ARTICLES
    one.speaks += after[0] in _SPEAKS
    if before in _SIDES or (before == "of" and span.before[0] in _SETTLED):
        one.evidence[NameKind.PLACE] += 2
    elif before in _INSIDE and (after[0] in _AFTER_PLACE or not after[0]):
        one.inside.add(place)


def _by_words(words: tuple[str, ...], facts: Facts) -> tuple[NameKind, int]:
    """Return what the words of a name say about its kind, and how clearly."""
    name = " ".join(words)
    if name in facts.places:
        return NameKind.PLACE, 3
    if name in facts.organisations or words[-1] in BODIES or _is_body_of(words):
        return NameKind.ORGANISATION, 3
    if len(words) == 2 and words[0] in facts.given and words[-1] in AREAS:
        return NameKind.OTHER, 0  # a singer may be called Ocean
    if words[-1] in AREAS or (words[0] in AREAS_FIRST and "of" in words):
        return NameKind.PLACE, 2
    if 1 < len(words) < 6 and words[0] in facts.given | ROYAL:
        return NameKind.PERSON, 3
    return NameKind.OTHER, 0


def _is_body_of(words: Sequence[str]) -> bool:
    """Return whether a name is of the shape "Department of Justice"."""
    return "of" in words and words[words.index("of") - 1] in BODIES


def _hear(seen: dict[str, Seen], reports: Sequence[Article]) -> None:
    """Count those who are quoted as people."""
    for quote in quotes_of(reports):
        if quote.speaker in seen and quote.speaker.split()[-1] not in BODIES:
            seen[quote.speaker].evidence[NameKind.PERSON] += 1


def _best(seen: Mapping[str, Seen], *, reports: int, outlets: int) -> tuple[Name, ...]:
    """Return the names of enough reports and outlets, the most reported first, so many of each kind.

    What one outlet writes under all that it publishes is no name of the story.
    """
    found = [
        Name(name=name, kind=_kind(name, one), reports=len(one.reports))
        for name, one in seen.items()
        if len(one.reports) >= reports and len(one.outlets) >= outlets
    ]
    found.sort(key=lambda one: (-one.reports, -seen[one.name].count, one.name))
    taken: Counter[NameKind] = Counter()
    best = []
    for one in found:
        taken[one.kind] += 1
        if taken[one.kind] <= MOST:
            best.append(one)
    return tuple(best)


def _kind(name: str, one: Seen) -> NameKind:
    """Return the kind for which the evidence is clear."""
    evidence = +Counter(one.evidence)
    if len(one.inside) > 1 and not evidence[NameKind.PERSON] and not name.isupper():
        evidence[NameKind.PLACE] += len(one.inside)
    ranked = evidence.most_common(2)
    if not ranked or ranked[0][1] < SURE:
        return NameKind.OTHER
    if len(ranked) > 1 and ranked[0][1] < SURE * ranked[1][1]:
        return NameKind.OTHER
    return ranked[0][0]
