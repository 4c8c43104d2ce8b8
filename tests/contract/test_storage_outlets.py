"""Outlets: one a domain, with the facts that a data file tells."""

from datetime import timedelta

from aggregator.domain.articles import Outlet, OutletFacts
from aggregator.storage import Storage
from tests.contract.conftest import Newsroom
from tests.factories import make_draft
from tests.fakes import NOON

LANTERN = OutletFacts(
    domain="lantern.example",
    name="Orsholm Lantern",
    country="OR",
    kind="daily",
    owner="Lantern Trust",
    lang="en",
)


def test_a_domain_is_one_outlet_however_often_it_is_asked_for(storage: Storage) -> None:
    with storage.writing() as work:
        first = work.outlets.ensure("lantern.example", name="Lantern", lang="en")
        again = work.outlets.ensure("lantern.example", name="Another name", lang="fr")
        assert first == again
        assert work.outlets.all() == (Outlet(id=first, domain="lantern.example", name="Lantern", lang="en"),)


def test_facts_are_given_to_an_outlet_that_is_there(storage: Storage) -> None:
    with storage.writing() as work:
        key = work.outlets.ensure("lantern.example", name="lantern.example")
        work.outlets.apply_facts([LANTERN])
        assert work.outlets.get(key) == Outlet(
            id=key,
            domain="lantern.example",
            name="Orsholm Lantern",
            country="OR",
            kind="daily",
            owner="Lantern Trust",
            lang="en",
        )


def test_facts_wait_for_an_outlet_that_comes_later(storage: Storage) -> None:
    with storage.writing() as work:
        work.outlets.apply_facts([LANTERN, OutletFacts(domain="mirror.example", name="Mirror")])
    with storage.writing() as work:
        lantern = work.outlets.ensure("lantern.example", name="lantern.example", lang="sv")
        mirror = work.outlets.ensure("mirror.example", name="mirror.example", lang="sv")
        assert [work.outlets.get(lantern), work.outlets.get(mirror)] == [
            Outlet(
                id=lantern,
                domain="lantern.example",
                name="Orsholm Lantern",
                country="OR",
                kind="daily",
                owner="Lantern Trust",
                lang="en",
            ),
            Outlet(id=mirror, domain="mirror.example", name="Mirror", lang="sv"),
        ]


def test_new_facts_replace_old_ones_but_not_a_known_language(storage: Storage) -> None:
    with storage.writing() as work:
        key = work.outlets.ensure("lantern.example", name="Lantern")
        work.outlets.apply_facts([LANTERN])
        work.outlets.apply_facts([OutletFacts(domain="lantern.example", name="The Lantern")])
        work.outlets.apply_facts([])
        assert work.outlets.get(key) == Outlet(
            id=key, domain="lantern.example", name="The Lantern", lang="en"
        )


def test_an_unknown_outlet_is_none(storage: Storage) -> None:
    with storage.reading() as work:
        assert work.outlets.get(7) is None


def test_outlets_are_listed_by_name_whatever_their_case(storage: Storage) -> None:
    with storage.writing() as work:
        for name in ("beacon", "Courier", "Advance"):
            work.outlets.ensure(f"{name.lower()}.example", name=name)
        assert [outlet.name for outlet in work.outlets.all()] == ["Advance", "beacon", "Courier"]


def test_articles_are_counted_with_the_time_of_the_latest(storage: Storage, newsroom: Newsroom) -> None:
    late = NOON - timedelta(minutes=5)
    with storage.writing() as work:
        quiet = work.outlets.ensure("quiet.example", name="Quiet")
        work.articles.add(
            [make_draft("One"), make_draft("Two", published_at=late)],
            outlet_id=newsroom.outlet,
            feed_id=newsroom.feed,
            now=NOON,
        )
        assert work.outlets.article_counts() == {newsroom.outlet: (2, late), quiet: (0, None)}
