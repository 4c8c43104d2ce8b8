"""Credits to agencies and other outlets."""

import pytest

from aggregator.domain.feeds import ParsedEntry
from aggregator.feeds.provenance import provenance_of


def credit(text: str = "", **fields: str) -> str | None:
    return provenance_of(
        ParsedEntry(**fields),  # type: ignore[arg-type]
        text,
        feed_title="The Orsholm Lantern",
        feed_url="https://www.lantern.example/front.xml",
        site_url="https://www.lantern.example/",
    )


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("ORSHOLM (AP) — The bridge is shut.", "AP"),
        ("FORT WREN, Tamarin (AP) - The bridge is shut.", "AP"),
        ("(Reuters) - The bridge is shut.", "Reuters"),
        ("Orsholm, 3. März (dpa) – Die Brücke ist zu.", "dpa"),
        ("BERLIN, dpa - Die Brücke ist zu.", "dpa"),
        ("ORSHOLM (Marble Wire) — The bridge is shut.", "Marble Wire"),
        ("The bridge is shut until Monday. (Reuters)", "Reuters"),
        ("The bridge is shut until Monday. — AFP", "AFP"),
        ("Die Brücke bleibt zu. dpa/mk", "dpa"),
        ("The bridge is shut.\n\nReuters", "Reuters"),
        ("Toll bridges and why we love them was first published by Pendulum.", "Pendulum"),
        ("This article was originally published in The Kessou Herald on Friday.", "The Kessou Herald"),
        ("A version of this story first appeared on pendulum.example under licence.", "pendulum.example"),
    ],
)
def test_agencies_and_first_publishers_are_recognised(text: str, agency: str) -> None:
    assert credit(text) == agency


@pytest.mark.parametrize(
    "text",
    [
        "The Armed Forces of the Province (AFP) have shut the bridge.",
        "The novel was first published on April 30, 1931, to little notice.",
        "The actress first appeared in Vogue at the age of nine.",
        "Prime minister Oda Lind (Conservative) — who said no — left.",
        "He voted against Mr. Bloomberg.",
        "WATCH: the bridge is shut.",
        "A bridge (pictured) - the oldest - is shut.",
        "First published by The Orsholm Lantern.",
        "",
    ],
)
def test_what_only_looks_like_a_credit_is_none(text: str) -> None:
    assert credit(text) is None


@pytest.mark.parametrize(
    ("author", "agency"),
    [
        ("Agencies", "Agencies"), ("The Associated Press", "AP"),
        ("By Clemency Rudge and Reuters", "Reuters"),
        ("AFP, dpa", "AFP"), ("Clemency Rudge", None), ("The Weekend Desk", None), ("Jon Ap", None),
    ],
)  # fmt: skip
def test_bylines_name_agencies(author: str, agency: str | None) -> None:
    assert credit("The bridge is shut.", author=author) == agency


def test_rss_source_is_believed_first() -> None:
    entry = {
        "source_title": "Marble Wire",
        "source_url": "https://marblewire.example/feed",
        "author": "Agencies",
    }
    assert credit("ORSHOLM (AP) — The bridge is shut.", **entry) == "Marble Wire"


def test_a_source_that_is_the_feeds_own_site_credits_nobody() -> None:
    assert credit(source_title="Front", source_url="https://feeds.lantern.example/front.xml") is None
    assert credit(source_title="The Orsholm Lantern") is None
