"""Fit the judge of the evidence on labelled files: writes `aggregator/stories/evidence.json`.

`python -m benchmarks.fit_evidence CORPUS VECTORS`: CORPUS is a folder with `labelled/`, VECTORS one to
keep vectors in. How well judges do on files that they never saw: `python -m benchmarks.grouping`.

So that the judge holds elsewhere than on whole English days, it also sees each file undated, without
background counts (as a language it does not know), and a quarter of its stories (a small newsroom).
"""

import argparse
import json
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.stories.background import Background
from aggregator.stories.context import CONTEXT
from aggregator.stories.judge import FILE, read_judge
from aggregator.stories.parts import PARTS, Sheet, table
from aggregator.stories.relate import at_first
from aggregator.stories.survey import Evidence, RelateNumbers, Survey, survey
from benchmarks.corpora import Corpus, read_corpus

DAYS = ("2020-04-29", "2020-05-12", "2020-06-09", "2020-07-07", "2020-09-08")
FILES = (*(f"day-{day}" for day in DAYS), "gold_feeds_en_2020-08-05", "ecbplus", "neus_triples")
AT_MOST = {"neus_triples": 1500}
FILE_WEIGHT = {"ecbplus": 0.3, "neus_triples": 0.3}
"""Undated files of another make, so that they do not outweigh real days."""
LARGE_STORY = 6
"""A member of a larger story counts as much as one of this size."""
EASY_EVERY = 4
"""Of pairs that are plainly strangers one in so many is used, and weighs as much more."""

TREES, LEAVES, RATE, LEAST = 320, 12, 0.04, 60


BOTH = (*PARTS, *CONTEXT)
"""What the second judge reads."""

FOLDS = (
    ("day-2020-04-29", "day-2020-07-07", "neus_triples"),
    ("day-2020-05-12", "gold_feeds_en_2020-08-05"),
    ("day-2020-06-09", "day-2020-09-08", "ecbplus"),
)
"""What the second judge learns of a file comes from a first judge that never saw the file's fold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A labelled file seen in one way; `kinds` numbers the story of each article, −1 if unknown."""

    file: str
    window: Survey
    kinds: NDArray[np.int64]
    weight: float
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Pairs to learn from: parts float32[m, p], whether they are of one story, and their weights."""

    rows: NDArray[np.float32]
    truth: NDArray[np.bool_]
    weights: NDArray[np.float64]


def views(corpus: Corpus, seed: int) -> Iterator[View]:
    """Yield a file as it is, undated, in a language that nobody counted, and thinned."""
    rng = np.random.default_rng(seed)
    weight = FILE_WEIGHT.get(corpus.name, 1.0)
    whole = survey(corpus.articles, corpus.rows, corpus.folding)
    yield _view(corpus, whole, weight, seed)
    if any(one.dated for one in corpus.articles):
        undated = replace(whole.facts, hours=np.full(len(corpus.articles), np.nan))
        yield _view(corpus, replace(whole, sheet=Sheet(undated)), weight * 0.3, seed + 1)
    unknown = survey(corpus.articles, corpus.rows, corpus.folding, background=Background())
    yield _view(corpus, unknown, weight * 0.5, seed + 2)
    for share in (0.25, 0.5):
        stories = sorted({story for story in corpus.stories if story})
        kept = set(rng.choice(stories, int(len(stories) * share), replace=False).tolist())
        thin = corpus.only([n for n, story in enumerate(corpus.stories) if story in kept])
        yield _view(thin, survey(thin.articles, thin.rows, thin.folding), weight * 0.5, seed + 3)


def _view(corpus: Corpus, window: Survey, weight: float, seed: int) -> View:
    of = {one.id: story for one, story in zip(corpus.articles, corpus.stories, strict=True)}
    numbers = {story: number for number, story in enumerate(sorted({s for s in corpus.stories if s}))}
    kinds = np.array([numbers.get(of[one.id] or "", -1) for one in window.articles])
    return View(file=corpus.name, window=window, kinds=kinds, weight=weight, seed=seed)


def lesson(view: View, found: Evidence, parts: Sequence[str]) -> Lesson:
    """Return the pairs that the judge decides: not those that copies and series decide."""
    rng = np.random.default_rng(view.seed)
    one, other = view.kinds[found.left], view.kinds[found.right]
    truth = (one == other) & (one >= 0)
    overruled = found.parts["same"] + found.parts["held_apart"] + found.parts["series"] > 0
    easy = ~truth & (found.parts["tfidf"] < 0.1) & (found.parts["cosine"] < 0.45)
    used = ~easy | (rng.random(len(truth)) < 1 / EASY_EVERY)
    taken = np.flatnonzero((one >= 0) & (other >= 0) & ~overruled & used)
    size = np.bincount(view.kinds.clip(0))[one.clip(0)]
    weights = np.where(truth, np.minimum(1, LARGE_STORY / size), np.where(easy, EASY_EVERY, 1))
    rows = table(found.parts, parts)[taken]
    return Lesson(rows=rows, truth=truth[taken], weights=view.weight * weights[taken])


def measured(seen: Sequence[View]) -> list[Evidence]:
    """Return the candidates of each view with their parts, not yet judged."""
    return [view.window.measured(view.window.candidates(RelateNumbers())) for view in seen]


def fit_both(seen: Sequence[View], found: Sequence[Evidence], held: Collection[str] = ()) -> dict[str, Any]:
    """Return both judges, as the file has them, fitted on all views but those of the held files.

    Args:
        seen: views of all files.
        found: the candidates of each view.
        held: files that neither judge may see.
    """
    firsts = {n: lesson(view, found[n], PARTS) for n, view in enumerate(seen) if view.file not in held}
    seconds = []
    for fold in FOLDS:
        inside = [n for n in firsts if seen[n].file in fold]
        outside = [one for n, one in firsts.items() if seen[n].file not in fold]
        if inside:
            judge = read_judge(as_json(fit(outside), PARTS))
            judged = [at_first(seen[n].window, found[n], judge) for n in inside]
            seconds += [lesson(seen[n], one, BOTH) for n, one in zip(inside, judged, strict=True)]
    return {"first": as_json(fit(list(firsts.values())), PARTS), "second": as_json(fit(seconds), BOTH)}


def fit(taught: Sequence[Lesson], seed: int = 0) -> Any:
    """Return a fitted classifier of scikit-learn."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    boosting = HistGradientBoostingClassifier(
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        learning_rate=RATE,
        min_samples_leaf=LEAST,
        l2_regularization=5.0,
        max_features=0.4,
        max_bins=64,
        early_stopping=False,
        random_state=seed,
    )
    rows = np.concatenate([one.rows for one in taught])
    truth = np.concatenate([one.truth for one in taught])
    return boosting.fit(rows, truth, sample_weight=np.concatenate([one.weights for one in taught]))


def as_json(model: Any, parts: Sequence[str]) -> dict[str, Any]:
    """Return the fitted trees as plain lists (see `judge.read_tree`), numbers to six digits."""
    trees = []
    for (predictor,) in model._predictors:
        nodes = []
        for node in predictor.nodes:
            if node["is_leaf"]:
                nodes.append([_short(node["value"])])
                continue
            way = [int(node["missing_go_to_left"]), int(node["left"]), int(node["right"])]
            nodes.append([int(node["feature_idx"]), at_most(node["num_threshold"]), *way])
        trees.append(nodes)
    return {"parts": list(parts), "base": float(model._baseline_prediction.ravel()[0]), "trees": trees}


def at_most(threshold: float) -> float:
    """Return the highest float32 that is not above a threshold: the parts are compared as float32."""
    near = np.float32(threshold)
    return float(near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf)))


def _short(number: float) -> float:
    return float(f"{number:.5g}")


def labelled(corpus: Path, vectors: Path) -> dict[str, Corpus]:
    """Return the labelled files that the judges learn from, by name."""
    return {n: read_corpus(corpus / "labelled" / f"{n}.jsonl", vectors, AT_MOST.get(n)) for n in FILES}


def every_view(read: Mapping[str, Corpus]) -> list[View]:
    """Return all files seen in all ways."""
    return [view for number, one in enumerate(read.values()) for view in views(one, 10 * number)]


def main() -> None:
    """Fit both judges on all files and write them."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("vectors", type=Path)
    asked = parser.parse_args()
    seen = every_view(labelled(asked.corpus, asked.vectors))
    both = fit_both(seen, measured(seen))
    FILE.write_text(json.dumps(both, separators=(",", ":")) + "\n", encoding="utf-8")
    sys.stdout.write(f"{FILE.name}: {len(FILE.read_bytes()):,} bytes\n")


if __name__ == "__main__":
    main()
