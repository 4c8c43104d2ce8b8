"""Answer a question with sentences of articles, about one story or everything: words and meaning together.

Nothing is made up: an answer is a sentence as it stands in an article. Where nothing fits, that is said. A
model of the reader's choice may say the found sentences in other words, and is refused when it adds to them.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.domain.articles import Article
from aggregator.domain.errors import BroadfoldError
from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.stories import Folding
from aggregator.readers.answers import (
    LONGEST,
    SHORTEST,
    Candidate,
    answers,
    asked_words,
    judged,
    judged_by_words,
    rarity,
    read_as,
    shortened,
    stems_of,
)
from aggregator.readers.meaning import Meaning
from aggregator.readers.rephrase import Extract, NotRephrased, Rephrase, refusal, sentences
from aggregator.storage import Storage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Cut = Callable[[str, str | None], Sequence[str]]
"""Cuts a text of a language into sentences; `stories/sentences.py` has it."""

FOUND = 60
"""Articles by words, and as many by meaning, that are looked at in the archive."""
READ = 40
"""Articles whose sentences are looked at: those that stand high in both orders."""
MEMBERS = 200
"""Articles of one story that are looked at."""
RANK_CONSTANT = 60
"""As in the search: Cormack, Clarke & Büttcher 2009."""
PATIENCE = 30.0
"""Seconds that a question waits for the model: whoever asks waits for an answer."""
REMEMBERED = 4000
"""Sentences whose vectors are kept: 1.5 kB each for MiniLM."""
COLD = (
    "The language model is still being loaded or is busy, so only sentences with the question’s own words "
    "were looked for. Ask again in a moment."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A sentence that answers, as it stands in an article; `number` is that by which it is cited."""

    number: int
    text: str
    article: ArticleId
    headline: str
    link: str
    outlet_id: OutletId
    outlet: str
    at: datetime
    lang: str | None
    fit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPage:
    """The answers to a question, best first; `story` and `headline` where one story was asked about.

    `looked_at` counts the articles whose sentences were read. `rephrased` are a model's sentences with their
    citations, empty unless it was asked and may be shown; `note` says in words what went otherwise.
    """

    question: str
    story: StoryId | None = None
    headline: str = ""
    answers: tuple[Answer, ...] = ()
    looked_at: int = 0
    rephrased: tuple[str, ...] = ()
    model: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Questions about the coverage.

    `rephrase` is None unless the settings name a model for it; `patience` is how many seconds a question
    waits for the language model, twice.
    """

    storage: Storage
    meaning: Meaning
    cut: Cut
    rephrase: Rephrase | None = None
    patience: float = PATIENCE
    _known: "dict[str, NDArray[np.float32]]" = field(default_factory=dict)

    def __call__(
        self, question: str, *, story: int | None = None, may_rephrase: bool = True
    ) -> AskPage | int | None:
        """Return the answers to a question, of the archive or a story.

        Returns:
            The page; the number of the story that `story` was merged into; None for no story.
        """
        found, headline = None, ""
        if story is not None:
            with self.storage.reading() as work:
                found = work.stories.resolve(StoryId(story))
            if found is None or found.id != story:
                return None if found is None else int(found.id)
            headline = found.face.headline
        home = found.id if found else None
        words = asked_words(question)
        if not words:
            note = "Ask with at least one word that says what it is about." if question.strip() else ""
            return AskPage(question=question, story=home, headline=headline, note=note)
        articles, folding, names = self._articles(question, words, home)
        chosen, note = self._chosen(question, words, self._candidates(articles, folding))
        page = AskPage(
            question=question,
            story=home,
            headline=headline,
            answers=_numbered(chosen, {one.id: one for one in articles}, names),
            looked_at=len(articles),
            note=note,
        )
        return self._rephrased(page) if self.rephrase and may_rephrase and page.answers else page

    def _articles(
        self, question: str, words: Sequence[str], story: StoryId | None
    ) -> tuple[tuple[Article, ...], Folding, Mapping[OutletId, str]]:
        near: tuple[ArticleId, ...] | str = ()
        if story is None:
            near = self.meaning.nearest(question, allowed=None, patience=self.patience)
        with self.storage.reading() as work:
            if story is None:
                said = work.search.by_any(words, limit=FOUND)
                ids = _fused(said, near[:FOUND] if isinstance(near, tuple) else ())[:READ]
            else:
                ids = list(work.stories.members([story])[story])[-MEMBERS:]
            folding = work.articles.folding(ids)
            kept = _one_an_origin(ids, folding)
            names = {outlet.id: outlet.name for outlet in work.outlets.all()}
            return work.articles.get_many(kept), folding, names

    def _candidates(self, articles: Sequence[Article], folding: Folding) -> list[Candidate]:
        return [
            Candidate(
                article=one.id,
                outlet=one.outlet_id,
                origin=folding.origin_of.get(one.id, one.id),
                at=one.at,
                lang=one.lang,
                title=one.title,
                text=sentence,
                place=place,
                stems=stems_of(sentence),
                above=stems_of(one.title),
            )
            for one in articles
            for place, sentence in enumerate(self.cut(one.text or one.summary, one.lang))
            if SHORTEST <= len(sentence) <= LONGEST
        ]

    def _chosen(
        self, question: str, words: Sequence[str], candidates: Sequence[Candidate]
    ) -> tuple[tuple[Candidate, ...], str]:
        """Return the sentences that answer, and what to tell the reader about how they were found."""
        if not candidates:
            return (), ""
        weights = rarity(words, candidates)
        short = shortened(candidates, weights)
        future = self.meaning.executor.submit(self._vectors, [question, *map(read_as, short)])
        try:
            rows = future.result(timeout=self.patience)
        except (TookTooLong, CancelledError):
            future.cancel()  # what nobody waits for any more must not hold up the next question
            return answers(judged_by_words(candidates, weights)), COLD
        except BroadfoldError as error:
            note = f"Only sentences with the question’s own words were looked for. {error}"
            return answers(judged_by_words(candidates, weights)), note
        return answers(judged(short, weights, rows[0], rows[1:])), ""

    def _vectors(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Return a unit row for each text, float32[n, d]; runs on the one thread of the model."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self.meaning.embedder.encode(new), strict=True))
        rows = np.stack([self._known[text] for text in texts])
        while len(self._known) > REMEMBERED:
            del self._known[next(iter(self._known))]
        return rows

    def _rephrased(self, page: AskPage) -> AskPage:
        assert self.rephrase is not None
        extracts = [
            Extract(number=one.number, outlet=one.outlet, headline=one.headline, text=one.text)
            for one in page.answers
        ]
        told, model = self.rephrase(page.question, extracts), self.rephrase.model
        if isinstance(told, NotRephrased):
            note = f"{model} was asked to say this in other words, but {told.reason}. {page.note}"
            return replace(page, note=note.strip(), model=model)
        why = refusal(told, page.question, extracts)
        if why is not None:
            note = f"What {model} made of these sentences is not shown: {why}. {page.note}"
            return replace(page, note=note.strip(), model=model)
        return replace(page, rephrased=tuple(sentences(told)), model=model)


def _fused(*orders: Sequence[ArticleId]) -> list[ArticleId]:
    """Return all articles of some orders, those that stand high in most of them first."""
    scores: dict[ArticleId, float] = {}
    for order in orders:
        for place, one in enumerate(order, start=1):
            scores[one] = scores.get(one, 0.0) + 1 / (RANK_CONSTANT + place)
    return sorted(scores, key=lambda one: -scores[one])


def _one_an_origin(ids: Collection[ArticleId], folding: Folding) -> list[ArticleId]:
    """Return one article for each text, the origin where it is among them; entries that only point go."""
    kept: dict[ArticleId, ArticleId] = {}
    for one in ids:
        origin = folding.origin_of.get(one, one)
        if one not in folding.discusses and (origin not in kept or one == origin):
            kept[origin] = one
    return list(kept.values())


def _numbered(
    chosen: Sequence[Candidate], articles: Mapping[ArticleId, Article], names: Mapping[OutletId, str]
) -> tuple[Answer, ...]:
    return tuple(
        Answer(
            number=number,
            text=one.text,
            article=one.article,
            headline=one.title,
            link=articles[one.article].link,
            outlet_id=one.outlet,
            outlet=names[one.outlet],
            at=one.at,
            lang=one.lang,
            fit=round(one.fit, 3),
        )
        for number, one in enumerate(chosen, start=1)
    )
