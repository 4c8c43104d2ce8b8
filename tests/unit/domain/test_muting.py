from typing import Any

import pytest

from aggregator.domain.ids import ArticleId, OutletId, StoryId
from aggregator.domain.muting import hidden_by
from aggregator.domain.readers import Mute, MuteKind
from aggregator.domain.stories import Story, StoryFace, StoryState
from tests.fakes import NOON


def story(headline: str = "Crown Cup final: ten-man side holds on", **fields: Any) -> Story:
    values: dict[str, Any] = {
        "lead_id": ArticleId(1),
        "headline": headline,
        "excerpt": "The goalkeeper saved twice.",
        "first_at": NOON,
        "last_at": NOON,
        "article_count": 2,
        "outlet_count": 2,
        "origin_count": 2,
        "lang": "en",
        "score": 1.0,
        "parts": (),
        "topic": "sport",
    }
    return Story(id=StoryId(1), state=StoryState.OPEN, opened_at=NOON, face=StoryFace(**(values | fields)))


def mute(value: str, kind: MuteKind = MuteKind.WORD, scope: str = "") -> Mute:
    return Mute(kind=kind, value=value, scope=scope, created_at=NOON)


def is_hidden(one: Story, rule: Mute, *outlets: int, here: str = "") -> bool:
    return hidden_by(one, [OutletId(number) for number in outlets], [rule], here=here) is rule


@pytest.mark.parametrize(
    ("word", "expected"),
    [("cup", True), ("CROWN  cup", True), ("goalkeeper", True), ("fin", False), ("up", False), ("ten", True)],
)
def test_word_hides_as_a_whole_word_in_headline_or_first_lines(word: str, expected: bool) -> None:
    assert is_hidden(story(), mute(word)) is expected


def test_word_of_a_script_without_spaces_hides_within_a_sentence() -> None:
    assert is_hidden(story("東京で地震があった"), mute("地震"))


def test_signs_in_a_phrase_are_only_signs() -> None:
    assert is_hidden(story("What C++ (still) does"), mute("C++ (still)"))
    assert not is_hidden(story(), mute(".*"))


def test_outlet_hides_what_nobody_else_reports() -> None:
    assert is_hidden(story(), mute("3", MuteKind.OUTLET), 3)
    assert not is_hidden(story(), mute("3", MuteKind.OUTLET), 3, 4)


def test_topic_is_hidden_everywhere_but_on_its_own_page() -> None:
    assert is_hidden(story(), mute("sport", MuteKind.TOPIC))
    assert not is_hidden(story(), mute("sport", MuteKind.TOPIC), here="sport")


def test_rule_with_a_scope_leaves_other_topics_alone() -> None:
    assert is_hidden(story(), mute("cup", scope="sport"))
    assert not is_hidden(story(topic="culture"), mute("cup", scope="sport"))
    assert not is_hidden(story(topic=None), mute("cup", scope="sport"))
