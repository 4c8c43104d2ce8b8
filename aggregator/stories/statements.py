"""Read reports into the statements that are compared: sentences with words and numbers, boilerplate out.

Takes independent reports from `compare.py`; `claims.py` finds the statements that say the same.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.domain.articles import Article
from aggregator.domain.comparing import HEADLINE, Said, Unread, UnreadReport
from aggregator.domain.ids import ArticleId
from aggregator.stories.numbers import Quantity, quantities
from aggregator.stories.sentences import primary, sentences_of
from aggregator.stories.units import STATES, in_one_word, stem
from aggregator.stories.words import tokens

BUDGET = 360
"""Sentences of a story that are read, the headlines besides: the model takes about two seconds for them."""
FEWEST, MOST = 6, 24
"""Sentences of a report that are read, whatever the number of reports."""
SHORTEST, LONGEST = 4, 70
"""Words of a statement: fewer are a remark or a sub-heading, more are lines that were run together."""
SHORT_WORDS = 45
"""Words of a text below which it is a summary: what it leaves out, the outlet may say elsewhere."""
BRIEF = 2
"""Sentences of a report up to which its headline makes claims, too; a longer report says them again."""
WALL = 3
"""Reports of one outlet from which a sentence that all of them have is no news, but furniture."""

_FURNITURE = re.compile(
    r"\b(?:click|subscribe|sign (?:up|in)|newsletter|cookies?|read more|follow us|all rights reserved|getty"
    r"|watch (?:live|the|more)|advertis\w+|appeared first|download|copyright|©"
    r"|this (?:page|article) (?:was|has)|personal data|personalised|we value your"
    r"|your (?:consent|privacy|device|inbox|preferences)|more options|this website"
    r"|minutes? ago|hours? ago|live updates?)\b|https?://|www\.|@\w|\|",
    re.IGNORECASE,
)
"""What belongs to the page and not to the news (English, and addresses in any language)."""
_DATELINE = re.compile(r"^[A-Z][\w .,’'-]{1,40}\((?:[A-Z][\w .]{1,24})\)\s*[—–-]+\s*")
"""'PORT ST. JULIAN (Agency) — ': says where it was written, not what happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence with what it is compared by.

    `origin` is its independent report; `text` is without a dateline; `terms` are the stems of its words,
    those for what befalls people made one ("died", "killed"). What does not speak makes no claim, it only
    tells numbers.
    """

    said: Said
    origin: ArticleId
    text: str
    lang: str
    terms: frozenset[str]
    quantities: tuple[Quantity, ...]
    speaks: bool = True

    @property
    def is_headline(self) -> bool:
        """Return whether it is its report's headline."""
        return self.said.place == HEADLINE


def statements_of(reports: Sequence[Article]) -> tuple[Statement, ...]:
    """Return what each report says, in the order of the reports, its headline first.

    A sentence counts once in a report, and not at all where it only repeats the headline, is too short or
    too long, or is page furniture.
    """
    share = max(FEWEST, min(MOST, BUDGET // max(1, len(reports))))
    listed = [_sentences(one)[: 3 * share] for one in reports]
    seen = Counter(
        (one.outlet_id, text) for one, texts in zip(reports, listed, strict=True) for _, text in texts
    )
    found: list[Statement] = []
    for article, sentences in zip(reports, listed, strict=True):
        fresh = [one for one in sentences if seen[article.outlet_id, one[1]] < WALL]
        fit = [(place, text) for place, text in fresh if _is_news(text)]
        if _is_news(article.title):
            found.append(_statement(article, HEADLINE, article.title, speaks=len(fit) <= BRIEF))
        found += [_statement(article, place, text) for place, text in fit[:share]]
    return tuple(found)


def unread_of(reports: Sequence[Article], lang: str | None) -> tuple[UnreadReport, ...]:
    """Return the reports whose silence means nothing: in another language than `lang`, or short."""
    found = []
    for one in reports:
        if primary(one.lang) != primary(lang):
            found.append(UnreadReport(article=one.id, why=Unread.LANGUAGE))
        elif len((one.text or one.summary).split()) < SHORT_WORDS or not any(map(_is_news, _texts(one))):
            found.append(UnreadReport(article=one.id, why=Unread.SHORT))
    return tuple(found)


def _texts(article: Article) -> list[str]:
    return [text for _, text in _sentences(article)]


def _sentences(article: Article) -> list[tuple[int, str]]:
    """Return the sentences of a report with their places, each once, none that repeats the headline."""
    title = _flat(article.title)
    first: dict[str, tuple[int, str]] = {}
    for place, text in enumerate(sentences_of(article.text or article.summary, article.lang)):
        if _flat(text) != title:
            first.setdefault(_flat(text), (place, text))
    return list(first.values())


def _flat(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(" .!?…")


def _is_news(text: str) -> bool:
    words = len(text.split())
    return (
        words + len(_CJK.findall(text)) // 2 >= SHORTEST
        and words <= LONGEST
        and not _FURNITURE.search(text)
        and not text.rstrip().endswith((":", "?"))
    )


_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")


def _statement(article: Article, place: int, text: str, *, speaks: bool = True) -> Statement:
    flat = " ".join(text.split())
    bare = _DATELINE.sub("", flat) or flat
    plain = in_one_word(bare)
    return Statement(
        said=Said(article=article.id, outlet=article.outlet_id, place=place, text=flat),
        origin=article.id,
        text=bare,
        lang=primary(article.lang),
        terms=frozenset(STATES.get(one, one) for one in map(stem, tokens(plain))),
        quantities=quantities(plain),
        speaks=speaks,
    )


def inverse_frequency(statements: Sequence[Statement]) -> Mapping[str, float]:
    """Return how telling each word is inside this story: log((reports + 1) / reports that have it)."""
    from math import log

    reports = len({one.origin for one in statements})
    spread: dict[str, set[ArticleId]] = {}
    for one in statements:
        for term in one.terms:
            spread.setdefault(term, set()).add(one.origin)
    return {term: log((reports + 1) / len(origins)) for term, origins in spread.items()}
