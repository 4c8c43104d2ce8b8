"""The gold of the comparison is checked when it is read: a fault names its file."""

from pathlib import Path

import pytest

from aggregator.sample.compared import load_compared
from aggregator.sample.newsroom import Newsroom, NewsroomFaulty, load_newsroom

HEAD = 'story = "plumbago-tunnel-fire"\nhalf = "tuning"\nfirst = "vpr"\n'


@pytest.fixture(scope="module")
def newsroom() -> Newsroom:
    return load_newsroom()


def test_every_file_names_a_story_and_sentences_that_are_there(newsroom: Newsroom) -> None:
    found = load_compared(newsroom)
    assert len({one.story for one in found}) == len(found) == 15
    assert all(len(claim) > 1 for one in found for claim in one.claims)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("story = ", "it cannot be read"),
        (HEAD + 'mood = "grim"\n', "it has the unknown key 'mood'"),
        (HEAD.replace("plumbago-tunnel-fire", "no-such"), "it names the unknown story 'no-such'"),
        (HEAD.replace("tuning", "best"), "its half is 'best'; write one of tuning, unseen"),
        (HEAD.replace("vpr", "thimble"), "'thimble', said to be first, has no article of the story"),
        (HEAD + 'claim = "x"\n', "claim is not a list of tables"),
        (
            HEAD + '[[claim]]\nsaid = ["plumbago-tunnel-fire-1 | Nobody wrote this"]\n',
            "no piece of the newsroom has 'plumbago-tunnel-fire-1 | Nobody wrote this'",
        ),
        (HEAD + '[[difference]]\nkind = "quarrel"\n', "a difference is of the unknown kind 'quarrel'"),
    ],
)
def test_fault_is_told_with_its_file(newsroom: Newsroom, tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "one.toml").write_text(text, encoding="utf-8")
    with pytest.raises(NewsroomFaulty) as caught:
        load_compared(newsroom, tmp_path)
    assert caught.value.file == "one.toml"
    assert caught.value.reason.startswith(reason)
