"""No form of ours leads to another site, whatever its address field holds."""

from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.web.fake_reading import make_services
from web.factory import create_app
from web.pages.marks import inside

HOST = "127.0.0.1"
AWAY = (
    "https://evil.example/",
    "http://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "//evil.example@127.0.0.1",
    "//127.0.0.1@evil.example",
    "https://127.0.0.1.evil.example",
    "//[::1",
    "/%09/evil.example",
    "/%5cevil.example",
    "evil.example",
    "?x",
    "#x",
    "",
    ".",
    "..//evil.example",
    "\x00//evil.example",
    "/\x00/evil.example",
    "\u2028//evil.example",
    "//\u3002example",
    "/.//evil.example",
    "/..//evil.example",
    "/a/..//evil.example",
    "//evil%E3%80%82example",
    "@evil.example",
)


def host_after(address: str) -> str | None:
    """Return the host that a browser is at after following `address` from a page of ours.

    Browsers drop tabs and line ends, strip spaces and controls, and read a backslash as a slash
    (https://url.spec.whatwg.org/#concept-basic-url-parser).
    """
    read = "".join(letter for letter in address.strip("".join(map(chr, range(33)))) if letter not in "\t\n\r")
    return urlsplit(urljoin(f"http://{HOST}/stories/1", read.replace("\\", "/"))).hostname


@pytest.mark.parametrize("address", AWAY)
def test_form_that_names_another_site_leads_back_to_ours(client: FlaskClient, address: str) -> None:
    answer = client.post(
        "/read", data={"back": address}, base_url=f"http://{HOST}", headers={"Sec-Fetch-Site": "same-origin"}
    )

    assert answer.status_code == 303
    assert host_after(answer.headers["Location"]) == HOST


APP = create_app(make_services())


@given(address=st.text(alphabet=st.sampled_from("/\\.:@?#%a \t\n\r\x00\u2028hjtps"), max_size=14))
def test_no_address_of_odd_letters_leads_away(address: str) -> None:
    with APP.test_request_context(base_url=f"http://{HOST}"):
        kept = inside(address)

    assert host_after(kept) == HOST
