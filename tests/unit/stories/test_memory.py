from aggregator.domain.ids import ArticleId, StoryId
from aggregator.stories.memory import Calm


def stories(**homes: int) -> dict[ArticleId, StoryId]:
    return {ArticleId(int(name[1:])): StoryId(home) for name, home in homes.items()}


def test_nothing_seen_is_calm() -> None:
    assert (Calm().moved(), Calm().churn()) == (0, 0)


def test_first_build_moves_nothing() -> None:
    calm = Calm()
    calm.see(stories(a1=1, a2=2))
    assert (calm.moved(), calm.churn()) == (0, 0)


def test_number_that_changes_counts_in_its_build_and_merged_numbers_are_not_followed() -> None:
    calm = Calm()
    calm.see(stories(a1=1, a2=2))
    calm.see(stories(a1=1, a2=1, a3=3, a4=4))
    calm.see(stories(a1=1, a2=1, a3=3, a4=4))
    assert calm.moved() == (1 / 2 + 0 / 4) / 2
    assert calm.churn() == 1 / 4


def test_article_that_comes_back_has_moved_twice_and_churned_never() -> None:
    calm = Calm()
    for home in (1, 2, 1):
        calm.see(stories(a1=home))
    assert (calm.moved(), calm.churn()) == (1, 0)
