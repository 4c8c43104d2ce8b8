"""Compare the sample newsroom's stories as production does, and score them against what is truly said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations

from aggregator.domain.articles import Article
from aggregator.domain.comparing import HEADLINE, Comparison
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.sample.compared import Compared, Passage
from aggregator.sample.newsroom import Newsroom
from aggregator.stories.compare import compared
from aggregator.stories.copies import fold
from aggregator.stories.describe import independent_reports
from aggregator.stories.embed import Embedder
from tests.factories import digest
from tests.fakes import NOON


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Counts of pairs and differences, right ones among those found and those true."""

    pairs_right: int = 0
    pairs_found: int = 0
    pairs_true: int = 0
    conflicts_right: int = 0
    conflicts_found: int = 0
    conflicts_true: int = 0
    updates_right: int = 0
    updates_found: int = 0
    updates_true: int = 0

    def __add__(self, other: "Reached") -> "Reached":
        return Reached(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})

    @property
    def claim_f(self) -> float:
        return 2 * self.pairs_right / max(1, self.pairs_found + self.pairs_true)

    @property
    def conflict_precision(self) -> float:
        return self.conflicts_right / max(1, self.conflicts_found)

    @property
    def conflict_recall(self) -> float:
        return self.conflicts_right / max(1, self.conflicts_true)


def reports_of(newsroom: Newsroom, story: str) -> tuple[dict[ArticleId, str], list[Article]]:
    """Return the pieces of a story by article, and its independent reports, an hour after the start."""
    keys = [outlet.key for outlet in newsroom.outlets]
    later = NOON + timedelta(hours=1)
    pieces = [piece.state(NOON, later) for piece in newsroom.pieces if piece.story == story]
    names = {ArticleId(number): piece.id for number, piece in enumerate(pieces, 1)}
    articles = [
        Article(
            id=ArticleId(number),
            outlet_id=OutletId(keys.index(piece.outlet) + 1),
            url=newsroom.public_url(piece),
            link=newsroom.public_url(piece),
            title=piece.title,
            summary=piece.summary,
            text=piece.text(),
            content_hash=digest(piece.title, piece.text()),
            at=piece.published(NOON),
            dated=newsroom.outlet(piece.outlet).dated,
            first_seen_at=piece.published(NOON),
            lang=piece.lang,
        )
        for number, piece in enumerate(pieces, 1)
    ]
    domains = {OutletId(place): outlet.domain for place, outlet in enumerate(newsroom.outlets, 1)}
    return names, independent_reports(articles, fold(articles, domains))


def score(newsroom: Newsroom, truth: Compared, embedder: Embedder) -> Reached:
    """Return what the comparison of one story reaches."""
    names, reports = reports_of(newsroom, truth.story)
    found = compared(reports, embedder.encode)
    return _pairs(found, truth, names) + _differences(found, truth, names)


def _pairs(found: Comparison, truth: Compared, names: Mapping[ArticleId, str]) -> Reached:
    """Return the pairs of sentences, headlines aside: the truth is about what articles say."""
    told = [[one for one in claim.said if one.place != HEADLINE] for claim in found.claims]
    pairs = {frozenset(map(_key(names), pair)) for some in told for pair in combinations(some, 2)}
    sentences = {one for pair in pairs for one in pair}
    true = {
        frozenset((_whole(one, sentences), _whole(other, sentences)))
        for claim in truth.claims
        for one, other in combinations(claim, 2)
    }
    return Reached(pairs_right=len(pairs & true), pairs_found=len(pairs), pairs_true=len(true))


def _key(names: Mapping[ArticleId, str]):
    return lambda said: (names[said.article], said.text)


def _whole(passage: Passage, sentences: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Return the sentence that begins like this, the passage itself where no pair has it."""
    for piece, text in sentences:
        if piece == passage.piece and text.startswith(passage.text):
            return piece, text
    return passage.piece, passage.text


def _differences(found: Comparison, truth: Compared, names: Mapping[ArticleId, str]) -> Reached:
    """Return the differences; one is right when it has two different numbers of a true one."""
    counts = {}
    for kind, name in (("contradiction", "conflicts"), ("update", "updates")):
        mine = [
            {(names[f.said.article], f.written) for f in one.figures}
            for one in found.differences
            if one.kind == kind
        ]
        true = [{(f.piece, f.text) for f in one.figures} for one in truth.differences if one.kind == kind]
        counts[f"{name}_found"] = len(mine)
        counts[f"{name}_true"] = len(true)
        counts[f"{name}_right"] = sum(
            any(len({text for _, text in some & one}) > 1 for some in mine) for one in true
        )
    return Reached(**counts)
