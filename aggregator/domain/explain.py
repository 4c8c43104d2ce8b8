"""Put a failed poll into words: what happened, and what to do; read by pages, commands and reports."""

import re
from urllib.parse import urlsplit

from aggregator.domain.feeds import Failure

AGAIN = "It is tried again by itself, at growing intervals."

WHAT = {
    Failure.NAME_UNKNOWN: "The name {host} could not be found{why}.",
    Failure.CONNECT: "No connection to {host}{why}.",
    Failure.TLS: "No secure connection to {host}{why}.",
    Failure.TIMEOUT: "{host} took too long{why}.",
    Failure.TOO_LARGE: "{url} sends too much for a feed{why}.",
    Failure.REFUSED_ADDRESS: "{url} was not fetched{why}.",
    Failure.TOO_MANY_REDIRECTS: "{url} leads from one address to the next without arriving{why}.",
    Failure.HTTP: "{host} did not hand out the feed{why}.",
    Failure.RATE_LIMITED: "{host} asks to be polled less often{why}.",
    Failure.GONE: "{host} says that this feed is gone for good{why}.",
    Failure.EMPTY: "{url} answered with nothing at all{why}.",
    Failure.NOT_A_FEED: "{url} answered with something that is not a feed{why}.",
    Failure.MALFORMED: "The feed at {url} is broken{why}.",
    Failure.INTERNAL: "Broadfold itself failed on the feed at {url}{why}.",
}

TODO = {
    Failure.NAME_UNKNOWN: f"Check that this machine is online and that the address is spelt right. {AGAIN}",
    Failure.CONNECT: f"Check that this machine is online; if it is, the server is down. {AGAIN}",
    Failure.TLS: "Check this machine's date and time; if they are right, the publisher has to renew the "
    f"certificate. {AGAIN}",
    Failure.TIMEOUT: f"Nothing needs doing unless it stays so for days. {AGAIN}",
    Failure.TOO_LARGE: "Look on the publisher's site for a feed with fewer entries, and add that one.",
    Failure.REFUSED_ADDRESS: "Correct the address. To read feeds of your own network, set "
    "`feeds.allow_private_addresses` to true.",
    Failure.TOO_MANY_REDIRECTS: "Open the address in a browser, and add the feed again under the address "
    "where it ends.",
    Failure.RATE_LIMITED: "Nothing needs doing: the next poll waits as long as the server asked.",
    Failure.GONE: "It is not polled any more. Look on the publisher's site for its new feed, and remove this "
    "one; its articles stay.",
    Failure.EMPTY: f"Nothing needs doing unless it stays so for days. {AGAIN}",
    Failure.NOT_A_FEED: "Open the address in a browser: the feed may have moved. Adding the site's own "
    "address finds its feeds.",
    Failure.MALFORMED: f"Tell the publisher, or look on the site for another feed. {AGAIN}",
    Failure.INTERNAL: f"Please report it with the log of this poll. The other feeds go on. {AGAIN}",
}

HTTP_TODO = {
    401: "The feed needs a login, which Broadfold does not have; look for a public feed of this outlet.",
    403: f"The server turns feed readers away. Look on the publisher's site for another feed. {AGAIN}",
    404: "The feed is not at this address any more. Look on the publisher's site for its new address.",
}
OTHER_HTTP_TODO = f"Open the address in a browser to see whether it works there. {AGAIN}"
SERVER_TODO = f"The fault is on the server's side; nothing needs doing unless it stays so for days. {AGAIN}"


def explain(failure: Failure, *, url: str, detail: str = "", status: int | None = None) -> tuple[str, str]:
    """Return two texts of whole sentences: what happened at `url`, and what to do about it.

    `detail` is the half sentence that the poll noted; `status` may be left out, as a stored detail
    begins with it ("404 Not Found").
    """
    code = status if status is not None else _status_in(detail)
    clause = detail or (str(code) if code is not None else "")
    what = WHAT[failure].format(
        url=url, host=urlsplit(url).hostname or url, why=f": {clause.rstrip('.')}" if clause else ""
    )
    return what, _http_todo(code) if failure is Failure.HTTP else TODO[failure]


def _http_todo(status: int | None) -> str:
    if status is not None and status >= 500:
        return SERVER_TODO
    return HTTP_TODO.get(status or 0, OTHER_HTTP_TODO)


def _status_in(detail: str) -> int | None:
    found = re.match(r"([1-5]\d\d)\b", detail)
    return int(found[1]) if found else None
