"""Marked words are those that few of the texts have."""

from aggregator.readers.framing import framed


def marked(texts: list[str], among: list[str] | None = None) -> list[list[str]]:
    return [[one.text for one in spans if one.is_own] for spans in framed(texts, among or texts)]


def test_words_that_others_use_too_are_not_marked() -> None:
    texts = ["Inferno on the mountain", "Fire on the mountain", "Fire closes mountain road"]
    assert marked(texts) == [["Inferno"], [], ["closes", "road"]]


def test_forms_of_one_word_count_as_one() -> None:
    assert marked(["Bridge closed after crack", "Bridge closes after cracks were seen"])[1] == ["were seen"]


def test_marks_are_worked_out_against_other_texts_than_those_shown() -> None:
    assert marked(["Blaze in tunnel"], ["A blaze in a tunnel", "Tunnel: a blaze", "The tunnel"]) == [[]]


def test_lone_text_has_no_marks_and_no_text_is_lost() -> None:
    assert marked(["Inferno on the mountain"]) == [[]]
    (spans, _) = framed(["“Fire!” – it’s 3.5 km off", "Rain"], ["“Fire!” – it’s 3.5 km off", "Rain"])
    assert "".join(one.text for one in spans) == "“Fire!” – it’s 3.5 km off"


def test_word_in_the_genitive_is_the_word_itself() -> None:
    texts = ["Abu’s boat", "The boat of Abu", "Boat"]
    assert marked(["Abu's sails"], texts) == [["sails"]] == marked(["Abu’s sails"], [*texts, "Abu abu's"])
    assert marked(["Ann's sails"], ["Ann", "ANN'S", "ann’s ship"]) == [["sails"]]
