import gzip

import pytest
from flask.testing import FlaskClient

GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.mark.parametrize("address", ["/", "/stories/1", "/stories/1.json", "/static/broadfold.css"])
def test_a_compressed_answer_holds_the_same_as_the_plain_one(client: FlaskClient, address: str) -> None:
    plain, packed = client.get(address, buffered=True), client.get(address, headers=GZIP, buffered=True)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert ("Content-Encoding" in plain.headers, plain.vary.to_header()) == (False, "Accept-Encoding")
    assert "Accept-Encoding" in packed.vary


@pytest.mark.parametrize("accepted", ["identity", "gzip;q=0", "br"])
def test_who_does_not_take_gzip_gets_the_plain_answer(client: FlaskClient, accepted: str) -> None:
    answer = client.get("/", headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in answer.headers
    assert answer.text.startswith("<!doctype html>")


@pytest.mark.parametrize("address", ["/static/favicon.svg", "/no-such-page"])
def test_small_answers_and_failures_are_sent_as_they_are(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers=GZIP, buffered=True)

    assert "Content-Encoding" not in answer.headers
    assert "Accept-Encoding" in answer.vary


def test_a_compressed_file_is_not_sent_again_to_who_has_it(client: FlaskClient) -> None:
    first = client.get("/static/broadfold.css", headers=GZIP, buffered=True)
    known = GZIP | {"If-None-Match": first.headers["ETag"]}
    again = client.get("/static/broadfold.css", headers=known, buffered=True)

    assert first.headers["ETag"].startswith('W/"')
    assert (again.status_code, again.data) == (304, b"")
