"""Which addresses may be fetched, as written and as connected to."""

import pytest

from aggregator.feeds.guard import feed_address, is_public, refusal

PRIVATE = "it points into a private network"


@pytest.mark.parametrize(
    "url",
    [
        "https://lantern.example/feed.xml",
        "http://lantern.example:8080/feed?format=rss",
        "https://8.8.8.8/feed",
        "https://[2606:4700::1111]/feed",
        "https://xn--bcher-kva.example/feed",
    ],
)
def test_public_web_address_may_be_fetched(url: str) -> None:
    assert refusal(url, allow_private=False) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "there is no address"),
        ("ftp://lantern.example/feed", "only addresses that begin with http:// or https:// can be fetched"),
        ("file:///etc/passwd", "only addresses that begin with http:// or https:// can be fetched"),
        ("lantern.example/feed", "only addresses that begin with http:// or https:// can be fetched"),
        ("https:///feed", "it names no host"),
        (
            "https://ann:secret@lantern.example/",
            "it holds a user name or password, which Broadfold does not send",
        ),
        ("https://lantern.example:25/", "port 25 belongs to another service than the web"),
        ("https://lantern.example:99999/", "it is not a valid web address"),
        ("https://[::1/feed", "it is not a valid web address"),
        ("https://lantern.example/\nHost: other", "it holds control characters"),
    ],
)
def test_address_that_is_no_plain_web_address_is_refused_even_when_private_is_allowed(
    url: str, reason: str
) -> None:
    assert refusal(url, allow_private=True) == reason


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost.",
        "feeds.localhost",
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.5.4",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[2002:7f00:1::]",
        "[64:ff9b::10.0.0.1]",
    ],
)
def test_private_address_is_refused_unless_allowed(host: str) -> None:
    url = f"http://{host}/feed"
    assert (refusal(url, allow_private=False), refusal(url, allow_private=True)) == (PRIVATE, None)


def test_public_address_inside_a_nat64_wrapping_is_public() -> None:
    assert is_public("64:ff9b::808:808")


def test_scoped_link_local_address_is_not_public() -> None:
    assert not is_public("fe80::1%eth0")


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("  lantern.example/feed ", "https://lantern.example/feed"),
        ("lantern.example:8080/feed", "https://lantern.example:8080/feed"),
        ("feed://lantern.example/rss", "http://lantern.example/rss"),
        ("feed:https://lantern.example/rss", "https://lantern.example/rss"),
        (
            "HTTPS://Lantern.Example./Feed?A=b&utm_source=x#top",
            "https://lantern.example/Feed?A=b&utm_source=x",
        ),
        ("http://lantern.example:80", "http://lantern.example/"),
        ("https://lantern.example:8443/a b", "https://lantern.example:8443/a%20b"),
        ("http://[::1]:8080/feed", "http://[::1]:8080/feed"),
        ("https://lantern.example/a%2Fb", "https://lantern.example/a%2Fb"),
        ("mailto:desk@lantern.example", "mailto:desk@lantern.example"),
        ("http://[broken/", "http://[broken/"),
        ("", ""),
    ],
)
def test_address_is_stored_in_one_form(given: str, stored: str) -> None:
    assert feed_address(given) == stored


def test_stored_form_of_an_address_is_stable() -> None:
    once = feed_address("Lantern.example/ä ö/?q=a b#x")
    assert feed_address(once) == once
