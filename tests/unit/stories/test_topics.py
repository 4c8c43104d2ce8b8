"""Topics from a file, and how a story gets one, with vectors made by hand."""

from pathlib import Path

import numpy as np
import pytest

from aggregator.domain.errors import TopicsUnreadable
from aggregator.domain.topics import Topic
from aggregator.stories.topics import (
    FILED,
    LEAST_LIKENESS,
    LEAST_MARGIN,
    Prototypes,
    choose,
    example_hash,
    example_parts,
    filed_under,
    likeness,
    load_topics,
    prototypes,
)

SPORT = Topic(name="sport", shown="Sport", examples=("Goal!",), sections=frozenset(("sport", "football")))
TRADE = Topic(name="trade", shown="Trade", examples=("Sold!",), sections=frozenset(("money",)))
SKY = Topic(name="sky", shown="Sky", examples=("Look up!",))
TOPICS = (SPORT, TRADE, SKY)


def points(*values: float) -> np.ndarray:
    return np.array([values], dtype=np.float32)


def written(folder: Path, text: str) -> Path:
    file = folder / "topics.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_packaged_topics_are_those_of_the_sample_newsroom_in_the_order_of_the_front_page() -> None:
    topics = load_topics()

    assert [topic.name for topic in topics] == [
        "world", "politics", "business", "technology", "science", "health", "sport", "culture", "local",
    ]  # fmt: skip
    assert all(len(topic.examples) >= 8 for topic in topics)
    sections = [section for topic in topics for section in topic.sections]
    assert len(sections) == len(set(sections))


def test_own_file_needs_no_more_than_a_name_and_an_example(tmp_path: Path) -> None:
    file = written(
        tmp_path, '[[topic]]\nname = "board-games"\nexamples = ["Dice recalled."]\nsections = ["/Games/"]'
    )

    assert load_topics(file) == (
        Topic(
            name="board-games",
            shown="Board-games",
            examples=("Dice recalled.",),
            sections=frozenset(("games",)),
        ),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[topic]", "it is not TOML"),
        ("", "it must hold [[topic]] tables and nothing else"),
        ("topic = 3", "it must hold [[topic]] tables and nothing else"),
        ('[[topic]]\nname = "a"\nexamples = ["x"]\n[b]', "it must hold [[topic]] tables and nothing else"),
        ('[[topic]]\nexamples = ["x"]', "topic 1 needs a name of small letters, digits and hyphens"),
        ('[[topic]]\nname = "A b"\nexamples = ["x"]', "topic 1 needs a name of small letters"),
        ('[[topic]]\nname = "all"\nexamples = ["x"]', "the name 'all' is taken by Broadfold itself"),
        ('[[topic]]\nname = "a"', "topic 'a' needs at least one of `examples`"),
        ('[[topic]]\nname = "a"\nexamples = "x"', "`examples` of topic 'a' must be a list of texts"),
        ('[[topic]]\nname = "a"\nexamples = ["x"]\nsections = [3]', "`sections` of topic 'a' must be"),
        ('[[topic]]\nname = "a"\nshown = ""\nexamples = ["x"]', "topic 'a' needs a text `shown`"),
        ('[[topic]]\nname = "a"\nexample = ["x"]', "topic 'a' has the unknown keys ['example']"),
        ('[[topic]]\nname = "a"\nexamples = ["x"]\n' * 2, "two topics are called 'a'"),
    ],
)
def test_broken_file_is_refused_with_its_fault(tmp_path: Path, text: str, reason: str) -> None:
    file = written(tmp_path, text)

    with pytest.raises(TopicsUnreadable) as caught:
        load_topics(file)

    assert caught.value.file == file
    assert caught.value.reason.startswith(reason)
    assert "leave `stories.topics_file` empty" in str(caught.value)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TopicsUnreadable, match="No such file"):
        load_topics(tmp_path / "nowhere.toml")


def test_first_sentence_of_an_example_is_its_headline() -> None:
    assert example_parts("Late goal! The home side won. All sang.") == (
        "Late goal!",
        "The home side won. All sang.",
    )
    assert example_parts("Late goal") == ("Late goal", "")


def test_topics_without_all_vectors_are_not_used() -> None:
    vectors = {example_hash("Goal!"): np.array([1, 0], dtype=np.float32)}

    assert prototypes(TOPICS, vectors) is None
    assert prototypes((), {}) is None
    known = prototypes((SPORT,), vectors)
    assert known is not None
    assert known.of == (0,)


def test_likeness_lies_between_the_mean_and_the_nearest_of_a_topics_examples() -> None:
    rows = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
    known = Prototypes(topics=(SPORT, TRADE), rows=rows, of=(0, 0, 1))

    ((sport, trade),) = likeness(np.array([[1, 0]], dtype=np.float32), known)

    assert 0.5 < sport < 1
    assert trade == pytest.approx(0.6, abs=1e-5)


@pytest.mark.parametrize(
    ("url", "places"),
    [
        ("https://news.example/Sport/late-goal", (0,)),
        ("https://news.example/money-4711", (1,)),
        ("https://news.example/money/football/x", (0, 1)),
        ("https://news.example/transport/sports-car", ()),
        ("https://sport.example/", ()),
    ],
)
def test_address_files_its_article_by_whole_parts_of_its_path(url: str, places: tuple[int, ...]) -> None:
    assert filed_under(url, TOPICS) == places


def test_story_has_the_topic_that_its_reports_are_most_like_on_average() -> None:
    reports = np.concatenate([points(0.2, 0.5, 0.1), points(0.4, 0.2, 0.1), points(0.4, 0.3, 0.1)])

    assert choose(reports, [(), (), ()], TOPICS) is None
    assert choose(reports[1:], [(), ()], TOPICS) == "sport"


def test_story_like_two_topics_or_none_has_no_topic() -> None:
    assert choose(points(0.4, 0.4 - LEAST_MARGIN / 2, 0.1), [()], TOPICS) is None
    assert choose(points(LEAST_LIKENESS / 2, 0, 0), [()], TOPICS) is None
    assert choose(np.empty((0, 3), dtype=np.float32), [], TOPICS) is None


def test_where_outlets_file_a_story_decides_between_likely_topics() -> None:
    reports = np.concatenate([points(0.4, 0.4 - FILED / 2, 0.1)] * 2)

    assert choose(reports, [(1,), ()], TOPICS) == "trade"
    assert choose(reports, [(1,), (0,)], TOPICS) == "sport"
    assert choose(points(0.4, 0.4 - 2 * FILED, 0.1), [(1,)], TOPICS) == "sport"


def test_topic_stays_until_another_is_clearly_better() -> None:
    near = points(0.4, 0.4 - LEAST_MARGIN / 2, 0.1)

    assert choose(near, [()], TOPICS, topic_now="trade") == "trade"
    assert choose(near, [()], TOPICS, topic_now="gone") is None
    assert choose(points(0.4, 0.3, 0.1), [()], TOPICS, topic_now="trade") == "sport"
    assert choose(np.empty((0, 3), dtype=np.float32), [], TOPICS, topic_now="sky") == "sky"
