"""Every kind of failure has two texts that a person can act on."""

import pytest

from aggregator.domain.explain import explain
from aggregator.domain.feeds import Failure

URL = "https://lantern.example/front.xml"


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("detail", ["", "because {of} braces."])
def test_every_failure_has_whole_sentences_for_what_and_todo(failure: Failure, detail: str) -> None:
    what, todo = explain(failure, url=URL, detail=detail)
    assert "lantern.example" in what
    assert detail.rstrip(".") in what
    for text in (what, todo):
        assert text.endswith(".")
        assert not text.endswith("..")
    assert todo[0].isupper()


@pytest.mark.parametrize("failure", Failure)
def test_address_that_is_no_url_is_still_named(failure: Failure) -> None:
    assert "somewhere" in explain(failure, url="somewhere")[0]


def test_detail_is_part_of_the_sentence() -> None:
    assert explain(Failure.TIMEOUT, url=URL, detail="no whole answer within 30 seconds") == (
        "lantern.example took too long: no whole answer within 30 seconds.",
        "Nothing needs doing unless it stays so for days. It is tried again by itself, at growing intervals.",
    )


def test_advice_follows_the_status_whether_given_or_stored_in_the_detail() -> None:
    given = explain(Failure.HTTP, url=URL, status=404)
    stored = explain(Failure.HTTP, url=URL, detail="404 Not Found")
    assert given[0] == "lantern.example did not hand out the feed: 404."
    assert stored[0] == "lantern.example did not hand out the feed: 404 Not Found."
    assert (
        given[1]
        == stored[1]
        == ("The feed is not at this address any more. Look on the publisher's site for its new address.")
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "login"), (403, "turns feed readers away"), (502, "server's side"), (418, "browser")],
)
def test_each_class_of_status_has_its_advice(status: int, words: str) -> None:
    assert words in explain(Failure.HTTP, url=URL, status=status)[1]
