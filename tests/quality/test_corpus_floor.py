"""The quality gate on real news: what `broadfold eval` finds on labelled files stays above its floors.

The judges learned from these files, too, so the floors say nothing of how good the grouping is on other days
(docs/explanation/grouping-quality.md does): they tell when a change makes it worse.
"""

from hashlib import sha256
from pathlib import Path

import pytest

from aggregator.evaluate import evaluate
from aggregator.stories.embed import open_embedder
from tests.quality.floors import below, history

pytestmark = [pytest.mark.corpus, pytest.mark.model, pytest.mark.xdist_group("newsroom")]

FLOORS = {name: entries[-1] for name, entries in history().items() if name != "newsroom"}


@pytest.mark.parametrize("name", FLOORS)
def test_stories_of_a_labelled_file_stay_above_their_floors(corpus: Path, name: str):
    file = corpus / "labelled" / f"{name}.jsonl"
    if sha256(file.read_bytes()).hexdigest() != FLOORS[name].corpus:
        pytest.skip(f"{name}.jsonl is not the file that the floors were set on")

    (score,) = evaluate([file], embedder=open_embedder())

    assert below(score, FLOORS[name]) == {}, score
