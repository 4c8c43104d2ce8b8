"""Every page of a site, found by its routes: a page that is new tomorrow is walked too."""

from collections.abc import Iterator, Mapping

from flask import Flask

UNCHECKED = {"static"}
"""Endpoints that answer with files, whatever they are."""
HTML = "text/html"


def addresses(app: Flask, samples: Mapping[str, object], excused: Mapping[str, str]) -> list[str]:
    """Return an address of every GET route of `app`.

    Args:
        app: the site.
        samples: a value for each argument that routes have, by the name of the argument.
        excused: endpoints to leave out, with the reason.

    Raises:
        AssertionError: a route has an argument without a sample.
    """
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint in UNCHECKED or rule.endpoint in excused:
            continue
        missing = rule.arguments - samples.keys() - (rule.defaults or {}).keys()
        assert not missing, f"{rule}: give a sample of {missing}, or excuse {rule.endpoint}"
        values = {name: samples[name] for name in rule.arguments - (rule.defaults or {}).keys()}
        with app.test_request_context(base_url="http://127.0.0.1"):
            found.append(app.url_map.bind("127.0.0.1").build(rule.endpoint, values | (rule.defaults or {})))
    return sorted(set(found))


def pages(app: Flask, addresses: list[str]) -> Iterator[str]:
    """Yield those of the addresses that answer with a page of HTML, in order."""
    client = app.test_client()
    for address in addresses:
        answer = client.get(address, base_url="http://127.0.0.1", follow_redirects=True)
        assert answer.status_code < 500, f"{address} answers {answer.status}"
        is_page = answer.mimetype == HTML
        answer.close()  # a file that is sent stays open until then
        if is_page:
            yield address
