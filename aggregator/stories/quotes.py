"""Find what people are quoted as saying, with their names: only where the text leaves no doubt (English).

Takes articles from `gists.py`; a quotation counts when its words stand between quotation marks, and a verb of
saying ties them to a full name in the same sentence.
"""

import re
from collections.abc import Iterator, Sequence

from aggregator.domain.articles import Article
from aggregator.domain.stories import Quote
from aggregator.stories.sentences import primary, sentences_of

FEWEST_WORDS = 5
"""Words of a quotation; fewer are a turn of phrase and not a statement."""
MOST = 6
"""Quotations of a story."""
EVERY = 40
"""Quotations of a story on a page that compares its outlets."""
READ = 60
"""Sentences of a report that are looked at."""

_WORD = r"(?:[A-ZÀ-ÖØ-Þ][\w’'-]*[\w]|[A-Z]\.)"
_PARTICLE = r"(?:de|del|della|der|den|di|da|dos|van|von|bin|ibn|al|el|la|le|du|ten|ter)"
_NAME = rf"(?P<name>{_WORD}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{_WORD}){{1,3}})"
_SAID = r"(?:said|says|told|added|adds|wrote|writes|tweeted|insisted|warned|explained|argued|declared)"
_QUOTED = r"(?:“(?P<curly>[^“”]+)”|\"(?P<straight>[^\"]+)\")"

_AFTER = re.compile(rf"^{_QUOTED},?\s+{_SAID}\s+{_NAME}(?=[,.]|\s+(?:in|on|at|during|after|as)\b|$)")
"""“…,” said Jane Doe."""
_BETWEEN = re.compile(rf"^{_QUOTED},?\s+{_NAME}(?:,[^,“”\"]{{3,80}},)?\s+{_SAID}\b")
"""“…,” Jane Doe, the mayor, said."""
_BEFORE = re.compile(rf"^{_NAME}(?:,[^,“”\"]{{3,80}},)?\s+{_SAID}(?:\s+[^“”\",.:]{{1,40}})?[:,]\s+{_QUOTED}$")
"""Jane Doe, the mayor, said on Monday: “…”"""

_MARKS = re.compile(r"[“„]([^“”„]+)[”“]|«\s?([^«»]+?)\s?»|»([^«»]+)«|「([^「」]+)」|\"([^\"]+)\"")
_FULL_NAME = re.compile(rf"(?<![\w’'-]){_NAME}")

_NOT_A_NAME = re.compile(
    r"(?:the|a|an|he|she|it|they|we|i|his|her|their|this|that|but|and|or"
    r"|on|in|at|for|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    r"|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|police|officials|government|ministry|department|university|party|court"
    r"|council|news|times|post|association|union|group|committee|commission|center"
    r"|centre|institute|foundation|company|inc|house|senate|office|service|agency"
    r"|board|bank|team|club|hospital|school|church|city|county|state)",
    re.IGNORECASE,
)
"""Words that no person's full name has."""


def quotes_of(reports: Sequence[Article]) -> tuple[Quote, ...]:
    """Return the quotations of a story's reports, each person's first, each quotation once."""
    found: dict[str, Quote] = {}
    said: set[str] = set()
    for article in reports:
        if primary(article.lang) != "en":
            continue
        for one in _in(article):
            key = " ".join(re.findall(r"\w+", one.text.casefold()))
            if one.speaker not in found and key not in said:
                found[one.speaker] = one
                said.add(key)
    return tuple(found.values())[:MOST]


def every_quote_of(reports: Sequence[Article], *, most: int = EVERY) -> tuple[Quote, ...]:
    """Return what the reports quote, each quotation once, for a page that lays outlets side by side.

    In English the verb of saying must tie the words to a full name. In other languages, a quotation counts
    when one full name, and no second one, stands in its sentence outside the quotation marks.
    """
    found: dict[str, Quote] = {}
    for article in reports:
        for one in _in(article) if primary(article.lang) == "en" else _in_any_language(article):
            found.setdefault(" ".join(re.findall(r"\w+", one.text.casefold())), one)
    return tuple(found.values())[:most]


def _in_any_language(article: Article) -> Iterator[Quote]:
    for sentence in sentences_of(article.text or article.summary, article.lang)[:READ]:
        quoted = _MARKS.search(sentence)
        if quoted is None:
            continue
        text = next(part for part in quoted.groups() if part).strip().rstrip(",")
        rest = sentence[: quoted.start()] + " \u00b7 " + sentence[quoted.end() :]
        names = {match["name"] for match in _FULL_NAME.finditer(rest) if is_person(match["name"])}
        if len(text.split()) >= FEWEST_WORDS and len(names) == 1:
            yield Quote(article=article.id, speaker=names.pop(), text=text)


def _in(article: Article) -> Iterator[Quote]:
    for sentence in sentences_of(article.text or article.summary, article.lang)[:READ]:
        for shape in (_AFTER, _BETWEEN, _BEFORE):
            match = shape.match(sentence)
            if match is None:
                continue
            text = (match["curly"] or match["straight"]).strip().rstrip(",")
            if len(text.split()) >= FEWEST_WORDS and is_person(match["name"]):
                yield Quote(article=article.id, speaker=match["name"], text=text)
            break


def is_person(name: str) -> bool:
    """Return whether nothing in a name says that it is no person's."""
    words = name.replace(".", "").split()
    return not any(_NOT_A_NAME.fullmatch(word) or (word.isupper() and len(word) > 2) for word in words)
