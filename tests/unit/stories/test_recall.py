"""Windows related one after the other: what is recalled changes how long it takes, not what comes out."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.domain.articles import Article
from aggregator.domain.ids import ArticleId
from aggregator.domain.stories import Folding
from aggregator.stories.embed import encode_articles
from aggregator.stories.judge import load_judges
from aggregator.stories.nearest import SPARE, nearest, renewed
from aggregator.stories.parts import PARTS
from aggregator.stories.relate import Recall, Related, related
from aggregator.stories.survey import Evidence, RelateNumbers
from aggregator.stories.words import put_together, read_words
from tests.factories import make_article
from tests.fakes import NOON, HashedWords

PLACES = ("Orsholm", "Veldmark", "Kessou", "Skerry", "Holmgate")
THINGS = ("bridge", "ferry", "otter", "mayor", "quake", "award", "strike")
DEEDS = ("closed", "found", "shakes", "wins", "sails", "burns", "returns")
EVERYTHING = RelateNumbers(keep=0, through_floor=2)
"""Nothing is dropped, and no pair is proposed by others: what is left depends on the pair alone."""


def make(number: int, seed: int) -> Article:
    """Return a made-up report: the seed says on what, when and with which outlet; few are undated."""
    rng = np.random.default_rng(seed)
    place, thing, deed = (str(rng.choice(some)) for some in (PLACES, THINGS, DEEDS))
    words = " ".join(str(rng.choice([*PLACES, *THINGS, *DEEDS])) for _ in range(12))
    return make_article(
        number,
        f"{place} {thing} {deed} {rng.integers(1, 4)}",
        f"The {thing} of {place} {deed}, says {words}.",
        outlet=int(rng.integers(1, 5)),
        at=NOON + timedelta(hours=int(rng.integers(0, 200))),
        dated=bool(rng.random() > 0.15),
    )


def see(articles: list[Article], past: Related | None, numbers: RelateNumbers, folding: Folding) -> Related:
    return related(articles, encode_articles(HashedWords(), articles), folding, numbers, past=past)


def told(evidence: Evidence, names: tuple[str, ...]) -> dict[tuple[int, int], list[float]]:
    """Return the columns of each pair of article ids."""
    columns = np.stack([evidence.parts[name] for name in names], axis=1).tolist()
    pairs = zip(evidence.left.tolist(), evidence.right.tolist(), strict=True)
    return {
        (evidence.ids[one], evidence.ids[other]): row
        for (one, other), row in zip(pairs, columns, strict=True)
    }


def folded(articles: list[Article], pairs: list[tuple[int, int]]) -> Folding:
    """Return a folding in which some articles are copies of another."""
    ids = [one.id for one in articles]
    linked = {ids[a % len(ids)]: ids[b % len(ids)] for a, b in pairs}
    return Folding(origin_of={a: b for a, b in linked.items() if a > b})


@st.composite
def windows(draw: st.DrawFn) -> tuple[list[Article], list[Article], set[ArticleId], Folding, Folding]:
    """Return a window and the next, some gone, some edited, some new, in any order; and which are new."""
    size, more = draw(st.integers(12, 20)), draw(st.integers(1, 4))
    # All differ, because between equal ones the order of neighbours is a matter of rounding.
    many = {"min_size": size + more, "max_size": size + more, "unique": True}
    seeds = draw(st.lists(st.integers(0, 10_000), **many))
    articles = [make(number, seed) for number, seed in enumerate(seeds, start=1)]
    gone = draw(st.sets(st.integers(1, size), max_size=4))
    edited = draw(st.sets(st.integers(1, size), max_size=2)) - gone
    later = [make(one.id, seed=20_000 + one.id) if one.id in edited else one for one in articles]
    later = [one for one in draw(st.permutations(later)) if one.id not in gone]
    before = draw(st.permutations(articles[:size]))
    pairs = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=2)
    new = {one.id for one in later if one.id > size or one.id in edited}
    return list(before), later, new, folded(before, draw(pairs)), folded(later, draw(pairs))


@settings(max_examples=20, deadline=None)
@given(seen=windows())
def test_pairs_of_new_and_edited_articles_have_the_parts_that_they_have_from_scratch(seen: object) -> None:
    before, later, new, then, now = seen  # type: ignore[misc]
    past = see(before, None, EVERYTHING, then)
    names = (*PARTS, "same", "held_apart", "series")
    again = told(see(later, past, EVERYTHING, now).evidence, names)
    scratch = told(see(later, None, EVERYTHING, now).evidence, names)

    mine = {pair: row for pair, row in scratch.items() if new & set(pair)}
    assert {pair for pair in again if new & set(pair)} == set(mine)
    for pair, row in mine.items():
        assert again[pair] == pytest.approx(row, rel=1e-3, abs=1e-4, nan_ok=True), pair


@settings(max_examples=15, deadline=None)
@given(seen=windows())
def test_what_stays_the_same_is_neither_measured_again_nor_lost(seen: object) -> None:
    before, *_, then, _ = seen  # type: ignore[misc]
    past = see(before, None, RelateNumbers(), then)
    again = see(before[::-1], past, RelateNumbers(), then)

    names = ("cosine", "tfidf", "chance", "through")
    assert told(again.evidence, names) == told(past.evidence, names)
    assert again.evidence.score.tolist() == past.evidence.score.tolist()


@settings(max_examples=15, deadline=None)
@given(seen=windows())
def test_copies_are_certain_and_former_copies_are_not_whatever_was_before(seen: object) -> None:
    before, later, _, then, now = seen  # type: ignore[misc]
    found = see(later, see(before, None, RelateNumbers(), then), RelateNumbers(), now).evidence

    same = {pair for pair, row in told(found, ("same",)).items() if row == [1]}
    assert same == {tuple(sorted(pair)) for pair in now.origin_of.items()}


def test_other_numbers_or_judges_start_from_scratch() -> None:
    articles = [make(number, number) for number in range(1, 15)]
    past = see(articles, None, RelateNumbers(), Folding())
    rows = encode_articles(HashedWords(), articles)
    numbers = RelateNumbers(keep=0.2)

    other = related(articles, rows, Folding(), numbers, past=past)
    assert other.evidence.score.tolist() == see(articles, None, numbers, Folding()).evidence.score.tolist()
    packaged = load_judges()
    swapped = type(packaged)(first=packaged.first, second=packaged.second)
    assert (related(articles, rows, Folding(), judges=swapped, past=past).survey.kept == -1).all()


def test_article_with_another_vector_is_new() -> None:
    articles = [make(number, number) for number in range(1, 15)]
    rows = encode_articles(HashedWords(), articles)
    past = related(articles, rows, Folding())
    rows = rows.copy()
    rows[3] = -rows[3]

    assert np.flatnonzero(related(articles, rows, Folding(), past=past).survey.kept < 0).tolist() == [3]


@pytest.mark.parametrize("size", [0, 1])
def test_window_may_empty_and_fill_again(size: int) -> None:
    recall, articles = Recall(), [make(number, number) for number in range(1, 15)]
    rows = encode_articles(HashedWords(), articles)

    first = recall(articles, rows, Folding())
    assert recall(articles[:size], rows[:size], Folding()).score.tolist() == []
    assert recall(articles, rows, Folding()).score.tolist() == first.score.tolist()


def test_articles_wait_their_turn_by_what_has_changed_among_their_nearest() -> None:
    articles = [make(number, number) for number in range(1, 41)]
    past = see(articles[:39], None, RelateNumbers(), Folding())
    again = see(articles, past, RelateNumbers(), Folding())

    # One is new, two others are due with it, and the rest wait.
    assert sorted(again.waiting.tolist())[:3] == [0, 0, 0]
    assert again.waiting.max() >= 1


VECTORS = st.lists(
    st.tuples(st.integers(0, 10_000), st.one_of(st.none(), st.integers(0, 200))), min_size=6, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(VECTORS, st.integers(1, 4), st.data())
def test_renewed_neighbours_are_those_found_from_scratch(
    window: list[tuple[int, int | None]], count: int, data: st.DataObject
) -> None:
    rows = np.stack(
        [np.random.default_rng([*one[:1], at]).standard_normal(5) for at, one in enumerate(window)]
    )
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    hours = np.array([np.nan if hour is None else float(hour) for _, hour in window])
    every = np.arange(len(window))
    then = np.array(data.draw(st.permutations(every.tolist())))[: data.draw(st.integers(1, len(window)))]
    now = np.array(data.draw(st.permutations(every.tolist())))[: data.draw(st.integers(1, len(window)))]
    before = nearest(rows[then], hours[then], count=count + 2, horizon=60)
    place = {one: at for at, one in enumerate(then.tolist())}
    kept = np.array([place.get(one, -1) for one in now.tolist()])

    again = renewed(before, kept, rows[now], hours[now], count=count, horizon=60).first(count)
    scratch = nearest(rows[now], hours[now], count=count, horizon=60)
    assert again.places.tolist() == scratch.places.tolist()
    assert again.cosines == pytest.approx(scratch.cosines, abs=1e-6)


def test_some_neighbours_are_kept_in_reserve() -> None:
    articles = [make(number, number) for number in range(1, 5)]
    numbers = RelateNumbers(neighbours=20)
    assert see(articles, None, numbers, Folding()).survey.near.places.shape == (4, 20 + SPARE)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 500), max_size=6), st.lists(st.integers(501, 999), max_size=6), st.data())
def test_words_put_together_are_those_read_at_once(
    old: list[int], new: list[int], data: st.DataObject
) -> None:
    articles = [make(number, seed) for number, seed in enumerate([*old, *new], start=1)]
    rows = data.draw(st.permutations(range(len(articles))))
    rows = rows[: data.draw(st.integers(0, len(articles)))]
    several = put_together(
        read_words(articles[: len(old)]), read_words(articles[len(old) :]), np.array(rows, dtype=np.int64)
    )
    once = read_words([articles[place] for place in rows])

    column = {word: place for place, word in enumerate(several.listed)}
    order = [column[word] for word in once.listed]
    assert set(column) == set(once.listed)
    for one, other in ((several.every, once.every), (several.title, once.title)):
        assert one.toarray()[:, order].tolist() == other.toarray()[:, : len(order)].tolist()
    assert several.capitals()[order].tolist() == once.capitals()[: len(order)].tolist()
    assert runs(several) == runs(once)
    assert {*several.written(order).values()} == {*once.written(range(len(order))).values()}


def runs(words: object) -> list[list[tuple[str, str]]]:
    """Return the runs of each article, as words."""
    listed, pairs, marks = words.listed, words.pairs.tolist(), words.runs  # type: ignore[attr-defined]
    return [
        sorted((listed[pairs[at][0]], listed[pairs[at][1]]) for at in marks.indices[first:last].tolist())
        for first, last in zip(marks.indptr[:-1], marks.indptr[1:], strict=True)
    ]
