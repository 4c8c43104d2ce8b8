"""What differs between the outlets of a story, in one sentence, from a comparison that is kept; pure.

The stories room compares a story when somebody looks at its comparison. A digest only reads what came of
that, and says nothing where it may no longer be so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from aggregator.digests.select import Differs
from aggregator.domain.articles import Article
from aggregator.domain.comparing import (
    HEADLINE,
    Claim,
    Comparison,
    Difference,
    DifferenceKind,
    Figure,
    Said,
    articles_state,
)
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding

QUOTED = 140
"""Characters of a claim that is quoted; a longer one is cut at a word."""
MOST_NAMES = 3
MOST_VALUES = 3
"""Values of a number that reports disagree about, those of most outlets first."""
FEW = 3
"""Outlets up to which a claim is told as theirs only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A story's articles as they are now, and who cannot be said to leave anything out.

    `articles` are all its members. `failing` are outlets whose feed fails: their silence means nothing.
    """

    articles: Sequence[Article]
    folding: Folding
    names: Mapping[OutletId, str]
    failing: frozenset[OutletId] = frozenset()

    @property
    def state(self) -> str:
        """Return what `articles_state` tells of them."""
        return articles_state({one.id: one.content_hash for one in self.articles}, self.folding)

    def carriers(self) -> Mapping[ArticleId, frozenset[OutletId]]:
        """Return for each report which outlets have its text, as their own or as a copy."""
        reports = [one for one in self.articles if one.id not in self.folding.discusses] or self.articles
        by_origin: dict[ArticleId, set[OutletId]] = {}
        for one in reports:
            by_origin.setdefault(self.folding.origin_of.get(one.id, one.id), set()).add(one.outlet_id)
        return {one.id: frozenset(by_origin[self.folding.origin_of.get(one.id, one.id)]) for one in reports}


def differs(comparison: Comparison, press: Press) -> Differs | None:
    """Return what differs between the outlets: a number, else what some of them leave out; None for nothing.

    A contradiction stays one when others report later, as long as both still say what they said and have
    reported nothing since. All else is told only of the very articles that were compared.
    """
    is_fresh = comparison.is_of(press.state)
    for difference in comparison.differences:
        if is_fresh or difference.kind is DifferenceKind.CONTRADICTION:
            told = _number(_standing(difference, comparison, press, is_fresh=is_fresh), press.names)
            if told is not None:
                return told
    if is_fresh:
        for claim in comparison.claims:
            if line := _left_out(claim, comparison, press):
                return Differs(text=line)
    return None


def _standing(difference: Difference, comparison: Comparison, press: Press, *, is_fresh: bool) -> Difference:
    """Return a difference with the figures that still stand in the latest report of their outlet."""
    if is_fresh:
        return difference
    read = _read(comparison)
    moved_on = {one.outlet_id for one in press.articles if one.id not in read}
    articles = {one.id: one for one in press.articles}
    figures = tuple(
        one
        for one in difference.figures
        if one.said.outlet not in moved_on and _stands(one.said, articles.get(one.said.article))
    )
    return Difference(kind=difference.kind, of=difference.of, figures=figures)


def _read(comparison: Comparison) -> frozenset[ArticleId]:
    """Return the articles of which a comparison has a sentence: these were compared."""
    some = [said for claim in comparison.claims for said in claim.said]
    some += [*comparison.alone, *(one.said for line in comparison.differences for one in line.figures)]
    return frozenset(one.article for one in some)


def _stands(said: Said, article: Article | None) -> bool:
    if article is None:
        return False
    return said.text in " ".join((article.title if said.place == HEADLINE else article.text).split())


def _number(difference: Difference, names: Mapping[OutletId, str]) -> Differs | None:
    """Return figures that do not agree as a sentence, None when no two outlets disagree by now."""
    if difference.kind is DifferenceKind.UPDATE:
        return _moved(difference, names)
    latest = {one.said.outlet: one for one in difference.figures}
    by_value: dict[float, list[Figure]] = {}
    for one in latest.values():
        by_value.setdefault(one.value, []).append(one)
    if len(by_value) < 2:
        return None
    most = sorted(by_value.values(), key=lambda some: -len(some))[:MOST_VALUES]
    parts = [
        f"{_names(names, (one.said.outlet for one in some))} {'says' if len(some) == 1 else 'say'} "
        f"{_written(some[0])}{'' if place else _unit(difference)}"
        for place, some in enumerate(most)
    ]
    return Differs(text=f"Outlets contradict each other: {', '.join(parts)}.")


def _moved(difference: Difference, names: Mapping[OutletId, str]) -> Differs | None:
    first, last = difference.figures[0], difference.figures[-1]
    then, now = (
        _names(names, (figure.said.outlet for figure in difference.figures if figure.value == one.value))
        for one in (first, last)
    )
    told = (
        f"The number moved with time: first {_written(first)}{_unit(difference)} ({then}), "
        f"later {_written(last)} ({now})."
    )
    return None if first.value == last.value else Differs(text=told, is_update=True)


def _written(figure: Figure) -> str:
    """Return a number as written, a word in small letters as it stands inside a sentence."""
    has_digit = any(sign.isdigit() for sign in figure.written)
    return figure.written if has_digit else figure.written.lower()


def _unit(difference: Difference) -> str:
    """Return what is counted, where the numbers as written do not say it themselves."""
    signs = any("%" in one.written or difference.of in one.written for one in difference.figures)
    return "" if signs or difference.of in ("", "money") else f" {difference.of}"


def _left_out(claim: Claim, comparison: Comparison, press: Press) -> str:
    """Return which few outlets make a claim that all others leave out, empty where that is not known."""
    carriers = press.carriers()
    unread = {one.article for one in comparison.unread}
    everyone = _in_order(carriers, {outlet for some in carriers.values() for outlet in some}, press)
    by = {outlet for said in claim.said for outlet in carriers.get(said.article, ())}
    known = {outlet for article, some in carriers.items() if article not in unread for outlet in some}
    silent = [one for one in everyone if one not in by and one in known and one not in press.failing]
    words = next((said for said in claim.said if said.place != HEADLINE), None)
    if len(by) < 2 or words is None:
        return ""
    # What most have, the others mostly tell in other words: only a claim of few is told, and only where
    # it is known of everybody else.
    if len(by) + len(silent) < len(everyone) or len(by) > min(FEW, len(silent)):
        return ""
    saying = _names(press.names, (one for one in everyone if one in by))
    quoted = f"“{_short(words.text)}” ({press.names[words.outlet]})"
    return f"Only {saying}, of {len(everyone)} outlets, report: {quoted}"


def _in_order(
    carriers: Mapping[ArticleId, frozenset[OutletId]], outlets: Collection[OutletId], press: Press
) -> list[OutletId]:
    """Return outlets, the first to report first."""
    reports = sorted((one for one in press.articles if one.id in carriers), key=lambda one: (one.at, one.id))
    return [one for one in dict.fromkeys(report.outlet_id for report in reports) if one in outlets]


def _names(names: Mapping[OutletId, str], outlets: Iterable[OutletId]) -> str:
    """Return outlets in a row: "A, B and C", or the first two "and 5 others"."""
    some = [names[one] for one in dict.fromkeys(outlets)]
    if len(some) > MOST_NAMES:
        some = [*some[: MOST_NAMES - 1], f"{len(some) - MOST_NAMES + 1} others"]
    return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}"


def _short(text: str) -> str:
    return text if len(text) <= QUOTED else text[: QUOTED - 1].rsplit(" ", 1)[0] + "…"
