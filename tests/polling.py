"""A room to poll in: storage, clock and scripted fetcher around the refresh service, for its tests."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aggregator.domain.feeds import Feed, Fetched, FetchResult, RefreshReport, Validators
from aggregator.domain.ids import FeedId
from aggregator.feeds.poll import PollLimits
from aggregator.feeds.refresh import Refresh
from aggregator.feeds.subscribe import Subscribe
from aggregator.storage import Storage
from tests.factories import make_new_feed
from tests.fakes import NOON, FrozenClock, InlineExecutor, ScriptedFetcher

URL = "https://lantern.example/front.xml"
LEASE = timedelta(minutes=10)

BRIDGE = ("Harbour bridge closed", "bridge", "Cracks were found in two of its piers on Friday night.")
FERRY = ("Ferries carry commuters instead", "ferry", "Three boats cross every ten minutes from dawn.")


def rss(*items: tuple[str, str, str], title: str = "The Orsholm Lantern", host: str = "lantern") -> bytes:
    entries = "".join(
        f"<item><title>{headline}</title><link>https://{host}.example/{slug}</link>"
        f"<guid>https://{host}.example/{slug}</guid><description>{text}</description>"
        "<pubDate>Sat, 14 Mar 2026 11:00:00 GMT</pubDate></item>"
        for headline, slug, text in items
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{title}</title>'
        f"<link>https://{host}.example/</link><description>d</description>{entries}</channel></rss>"
    ).encode()


def answer(body: bytes, url: str = URL, **fields: Any) -> Fetched:
    values: dict[str, Any] = {
        "url": url,
        "body": body,
        "content_type": "application/rss+xml",
        "validators": Validators(),
    }
    return Fetched(**values | fields)


@dataclass
class PollingRoom:
    """A storage, a clock, a script, and the service under test over them."""

    storage: Storage
    clock: FrozenClock = field(default_factory=FrozenClock)
    fetcher: ScriptedFetcher = field(default_factory=ScriptedFetcher)

    def follow(self, url: str = URL, **fields: Any) -> FeedId:
        fields.setdefault("site_url", "/".join(url.split("/")[:3]) + "/")
        return Subscribe(storage=self.storage, clock=self.clock).add(make_new_feed(url, **fields)).feed_id

    def script(self, *answers: FetchResult) -> None:
        for one in answers:
            self.fetcher.script.setdefault(one.url, []).append(one)

    def refresh(self, **fields: Any) -> Refresh:
        values: dict[str, Any] = {
            "storage": self.storage,
            "fetcher": self.fetcher,
            "executor": InlineExecutor(),
            "clock": self.clock,
            "owner": "test",
            "lease_for": LEASE,
            "limits": PollLimits(),
            "batch": 8,
            "jitter": lambda: 0.0,
        }
        return Refresh(**values | fields)

    def poll_again(self) -> RefreshReport:
        """Wait until the feed is due and poll it."""
        self.clock.advance(days=1)
        (report,) = self.refresh()()
        return report

    def feed(self, feed_id: FeedId) -> Feed:
        with self.storage.reading() as work:
            found = work.feeds.get(feed_id)
        assert found is not None
        return found

    def titles(self) -> list[str]:
        with self.storage.reading() as work:
            articles = work.articles.window(since=NOON - timedelta(days=30))
        return sorted(article.title for article in articles)
