"""Canonical addresses, identities and registrable domains."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.feeds.urls import canonical, identity_of, is_web_address, link_to_open, registrable_domain

ADDRESS_LETTERS = "ab/.%4?&=#!;:@wpm -éA1"
addresses = st.one_of(
    st.text(max_size=60),
    st.text(ADDRESS_LETTERS, max_size=40).map("http://www.lantern.example/".__add__),
    st.text(ADDRESS_LETTERS, max_size=40).map("https://".__add__),
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://Lantern.Example:80/A", "http://lantern.example/A"),
        ("https://lantern.example:443", "https://lantern.example/"),
        ("https://lantern.example:8443/a", "https://lantern.example:8443/a"),
        ("https://lantern.example/a/../b/./c", "https://lantern.example/b/c"),
        ("https://lantern.example/caf%c3%a9/%7Eme", "https://lantern.example/caf%C3%A9/~me"),
        ("https://lantern.example/a b/é", "https://lantern.example/a%20b/%C3%A9"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://lantern.example/a?b=2&a=1&&", "https://lantern.example/a?a=1&b=2"),
        ("https://lantern.example/a#comments", "https://lantern.example/a"),
        ("https://lantern.example/#!/story/4", "https://lantern.example/#!/story/4"),
        ("https://lantern.example/a;jsessionid=1F2", "https://lantern.example/a"),
        ("https://lantern.example/a\n/b", "https://lantern.example/a/b"),
        ("https://reader:secret@lantern.example/a", "https://lantern.example/a"),
    ],
)
def test_canonical_spells_an_address_in_one_way(url: str, expected: str) -> None:
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "tracking",
    [
        "utm_source=rss&utm_medium=feed", "fbclid=x", "gclid=x", "mc_cid=x", "partner=rss", "ref=rss",
        "ICID=x", "ns_mchannel=rss&ns_source=y&ns_campaign=1490", "cmp=x", "CMPID=x",
        "at_medium=rss", "smid=tw",
        "ito=1490",
        "ref=rss_feed", "source=feed", "xtor=RSS-1",
    ],
)  # fmt: skip
def test_tracking_parameters_are_no_part_of_an_address(tracking: str) -> None:
    assert canonical(f"https://lantern.example/a?id=7&{tracking}") == "https://lantern.example/a?id=7"


@pytest.mark.parametrize(
    "honest", ["ref=main", "source=harbour", "page=2", "v=abc", "from=2031-01-01", "c_id=1"]
)
def test_parameters_with_a_meaning_stay(honest: str) -> None:
    assert canonical(f"https://lantern.example/a?{honest}") == f"https://lantern.example/a?{honest}"


def test_ampersands_escaped_too_often_are_mended() -> None:
    assert (
        canonical("https://lantern.example/a?x=1&amp;amp;y=2&amp;ref=rss")
        == "https://lantern.example/a?x=1&y=2"
    )


def test_relative_addresses_are_resolved_against_the_base() -> None:
    assert canonical("../b?x=1", "https://lantern.example/news/a/") == "https://lantern.example/news/b?x=1"
    assert canonical("//cdn.example/a", "https://lantern.example/") == "https://cdn.example/a"


@pytest.mark.parametrize(
    "url",
    [
        "", "  ", "urn:uuid:1", "javascript:alert(1)", "mailto:a@b.example", "/a", "http://", "http://[::1",
        "http://lantern.example:port/",
    ],
)  # fmt: skip
def test_what_nobody_can_open_has_no_canonical_form(url: str) -> None:
    assert (canonical(url), identity_of(url), link_to_open(url)) == ("", "", "")


@pytest.mark.parametrize(
    "url",
    [
        "https://lantern.example/2031/bridge-to-close-soon",
        "http://www.lantern.example/2031/bridge-to-close-soon/",
        "https://www.lantern.example/2031/bridge-to-close-soon/?partner=rss#0",
        "https://lantern.example/2031/bridge-to-close-soon/amp/",
        "https://amp.lantern.example/2031/bridge-to-close-soon?outputType=amp",
        "https://lantern.example/2031/bridge-to-close-soon.amp",
    ],
)
def test_variants_of_one_page_have_one_identity(url: str) -> None:
    assert identity_of(url) == "https://lantern.example/2031/bridge-to-close-soon"


def test_a_shop_of_amplifiers_is_not_an_amp_page() -> None:
    assert identity_of("https://tunes.example/shop/amp") == "https://tunes.example/shop/amp"


def test_link_to_open_keeps_order_and_place_on_the_page() -> None:
    url = "http://www.lantern.example/live?b=2&a=1&utm_source=rss#block-9"
    assert link_to_open(url) == "http://www.lantern.example/live?b=2&a=1#block-9"
    assert link_to_open("https://lantern.example/a#xtor=RSS-4") == "https://lantern.example/a"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("https://news.bbc.co.uk:8443/feed", "bbc.co.uk"),
        ("www.lantern.example", "lantern.example"),
        ("ferry-blog.github.io", "ferry-blog.github.io"),
        ("127.0.0.1:8123", "127.0.0.1:8123"),
        ("http://127.0.0.1:8123/lantern/front.xml", "127.0.0.1:8123"),
        ("http://[::1]:8123/front.xml", "[::1]:8123"),
        ("localhost:8080", "localhost:8080"),
        ("nas", "nas"),
    ],
)
def test_registrable_domain_names_the_outlet(host: str, expected: str) -> None:
    assert registrable_domain(host) == expected


def test_only_http_and_https_are_web_addresses() -> None:
    assert is_web_address("https://lantern.example/a")
    assert not any(
        map(is_web_address, ("p54ttd", "tag:lantern.example,2031:1", "lantern.example/a", "http://"))
    )


@given(addresses)
def test_canonical_identity_and_link_are_idempotent(url: str) -> None:
    for form in (canonical, identity_of, link_to_open):
        assert form(form(url)) == form(url)


@given(addresses)
def test_identity_does_not_depend_on_which_form_it_is_taken_from(url: str) -> None:
    assert identity_of(canonical(url)) == identity_of(link_to_open(url)) == identity_of(url)
