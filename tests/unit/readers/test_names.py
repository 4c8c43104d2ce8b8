"""Short names are those that people use, and never stand for two outlets."""

from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId
from aggregator.readers.names import short_names


def shortened(*names: str) -> list[str]:
    outlets = {
        OutletId(n): Outlet(id=OutletId(n), domain=f"o{n}.example", name=name) for n, name in enumerate(names)
    }
    return list(short_names(outlets).values())


def test_agencies_have_their_letters_and_articles_and_kinds_are_left_out() -> None:
    names = ("The Associated Press", "BBC News", "The Guardian", "CNN.com", "Reuters: Top News", "Pendulum")
    assert shortened(*names) == ["AP", "BBC", "Guardian", "CNN", "Reuters", "Pendulum"]


def test_what_stands_behind_a_dash_is_left_out() -> None:
    assert shortened("RNZ – Radio New Zealand", "ABC (Australia)") == ["RNZ", "ABC"]


def test_place_before_a_title_is_left_out_while_no_other_outlet_has_the_title() -> None:
    assert shortened("The Orsholm Lantern", "Isvik Post") == ["Lantern", "Isvik Post"]
    assert shortened("The Orsholm Lantern", "Dosht Lantern") == ["Orsholm Lantern", "Dosht Lantern"]


def test_two_outlets_with_the_same_short_name_keep_their_whole_names() -> None:
    assert shortened("ABC News", "ABC Online") == ["ABC News", "ABC Online"]


def test_name_of_nothing_but_signs_stays() -> None:
    assert shortened("The", "– News") == ["The", "– News"]
