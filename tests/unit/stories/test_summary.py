"""A summary is a choice of sentences that outlets agree on, and never anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.articles import Article
from aggregator.stories.background import Background, load_background
from aggregator.stories.sentences import sentences_of
from aggregator.stories.summary import FEWEST, MOST, is_whole, summarise
from tests.factories import make_article

TEXTS = (
    "Engineers closed the harbour bridge in Orsholm on Monday after divers found a crack in a pier. "
    "It is the first time. Sign up for our newsletter to read more about the harbour bridge. "
    "The mayor collects stamps from every country that has ever printed one in green.",
    "Divers found a crack in a pier of the harbour bridge, and engineers closed it on Monday morning. "
    "Ferries will carry the commuters of Orsholm across the harbour until the bridge opens again.",
    "The repair of the pier may take until summer, engineers in Orsholm told the city council. "
    "Commuters in Orsholm waited an hour for ferries across the harbour on the first morning.",
    "The council of Orsholm was warned of the pier in spring, engineers say, and put off the repair. ",
)


def story(*texts: str, **fields: object) -> list[Article]:
    return [make_article(n, f"Title {n}", text, outlet=n, **fields) for n, text in enumerate(texts, start=1)]


def test_summary_takes_sentences_of_different_outlets_without_saying_a_thing_twice() -> None:
    found = summarise(story(*TEXTS), load_background())

    assert FEWEST <= len(found) <= MOST
    assert len({one.article for one in found}) == len(found)
    told = " ".join(one.text for one in found)
    assert told.count("found a crack") == 1
    assert "newsletter" not in told
    assert "stamps" not in told


@given(st.lists(st.sampled_from([*TEXTS, "Short.", "No end", "東京で火災。けがなし。", ""]), max_size=8))
def test_every_sentence_stands_in_its_article_and_only_whole_ones_are_taken(texts: list[str]) -> None:
    reports = story(*texts)
    found = summarise(reports, load_background())

    of = {one.id: sentences_of(one.text, one.lang) for one in reports}
    assert all(one.text in of[one.article] and is_whole(one.text) for one in found)
    assert len(found) in {0, *range(FEWEST, MOST + 1)}
    assert len({one.text for one in found}) == len(found)


def test_story_of_one_report_has_no_summary() -> None:
    assert summarise(story(TEXTS[0]), load_background()) == ()


def test_outlet_that_reports_twice_has_no_summary_of_its_own() -> None:
    reports = [make_article(n, f"Title {n}", text, outlet=1) for n, text in enumerate(TEXTS)]
    assert summarise(reports, load_background()) == ()


def test_too_little_text_makes_no_summary() -> None:
    assert summarise(story("The bridge is shut.", "Bridge closed."), load_background()) == ()


def test_reports_in_another_language_are_not_mixed_in() -> None:
    german = "Die Hafenbrücke in Orsholm ist gesperrt, weil Taucher am Montag einen Riss im Pfeiler fanden."
    reports = [*story(*TEXTS), make_article(9, "Brücke zu", german, outlet=9, lang="de")]
    assert 9 not in {one.article for one in summarise(reports, load_background(), lang="en")}


def test_language_that_the_background_does_not_know_is_weighed_by_the_story_itself() -> None:
    texts = (
        "Die Hafenbrücke in Orsholm wurde am Montag gesperrt, weil Taucher einen Riss im Pfeiler fanden.",
        "Fähren bringen die Pendler von Orsholm über den Hafen, solange die Hafenbrücke gesperrt bleibt.",
        "Der Pfeiler der Hafenbrücke wird nach Angaben der Stadt Orsholm bis zum Sommer repariert.",
    )
    found = summarise(story(*texts, lang="de"), Background(), lang="de")
    assert sorted(one.text for one in found) == sorted(texts)


@pytest.mark.parametrize(
    "sentence",
    [
        "It was the first time that the bridge had been closed.",
        "The bridge that carries a third of all commuters was closed on…",
        "the bridge was closed on Monday after divers found a crack.",
        "“The bridge was closed on Monday after divers found a crack.",
        "The post Bridge closed in Orsholm appeared first on The Lantern.",
        "Read more at https://lantern.example about the bridge and its piers.",
        "The bridge is shut.",
        "Was the bridge of Orsholm ever as safe as people thought?",
        "But the bridge was closed on Monday after divers found a crack.",
    ],
)
def test_sentence_that_cannot_stand_alone_is_not_taken(sentence: str) -> None:
    assert not is_whole(sentence)
