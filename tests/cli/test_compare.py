"""`broadfold compare` over a database with a story of two outlets."""

import json
from pathlib import Path

import pytest

from aggregator.domain.stories import Folding, Opened, StoryChanges
from aggregator.storage import open_storage
from aggregator.stories.describe import describe
from tests.factories import make_draft, make_new_feed
from tests.fakes import NOON, HashedWords

FIRE = "The fire in the Plumbago tunnel has killed three people."
MORE = (
    "The pass above the valley needs chains, and nobody has driven over it since the first snow fell there."
)


@pytest.fixture
def story(type_, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Story 1 has a report of the Lantern and one of the Gull, a few minutes apart."""
    monkeypatch.setattr("aggregator.bootstrap.open_embedder", lambda name: HashedWords(dim=256))
    type_("db", "upgrade")
    storage = open_storage(f"sqlite:///{folder / 'data' / 'broadfold.db'}")
    with storage.writing() as work:
        members = []
        for name, fire in (("Lantern", FIRE), ("Gull", FIRE.replace("three", "five"))):
            domain = f"{name.lower()}.example"
            outlet = work.outlets.ensure(domain, name=name)
            feed = work.feeds.add(make_new_feed(f"https://{domain}/feed"), outlet, now=NOON)
            draft = make_draft(
                f"Tunnel burns, says the {name}",
                " ".join((fire, *(f"{MORE} So says desk {n} of the {name}." for n in range(3)))),
                url=f"https://{domain}/1",
                published_at=NOON,
            )
            members += work.articles.add([draft], outlet_id=outlet, feed_id=feed, now=NOON)
        (one,) = work.stories.apply(StoryChanges(opened=(Opened(members=frozenset(members)),)), now=NOON)
        work.stories.set_faces({one: describe(work.articles.get_many(members), {}, Folding())})
    storage.close()


def test_outlets_are_laid_side_by_side_with_what_differs(type_, story):
    shown = type_("compare", "1", "--outlets", "Gull,lantern.example")
    assert shown.exit_code == 0
    assert "2 of 2" in shown.stdout
    assert "Contradiction: killed" in shown.stdout


def test_comparison_comes_as_json_and_as_markdown(type_, story):
    page = json.loads(type_("compare", "1", "--json").stdout)
    assert [column["name"] for column in page["columns"]] == ["Lantern", "Gull"]
    assert [one["written"] for one in page["differences"][0]["figures"]] == ["three", "five"]

    text = type_("compare", "1", "--md").stdout
    assert "| Claim | By | Lantern | Gull |" in text
    assert "## Contradiction: killed" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", "9"), "There is no story 9."),
        (("compare", "1", "--outlets", "Nobody"), "There is no one outlet called “Nobody”."),
    ],
)
def test_wrong_use_is_one_sentence_and_code_2(type_, story, words, said):
    shown = type_(*words)
    assert shown.exit_code == 2
    assert said in shown.stderr
