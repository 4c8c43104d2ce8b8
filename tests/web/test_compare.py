"""The page that compares outlets: real tables, a form that works by itself, and every line an address."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from tests.web.fake_comparing import PAGE, FakeComparing, source
from tests.web.fake_reading import make_services
from web.comparisons import axis_value, blindspot_words, differing, fragment, listed, reported_by
from web.factory import create_app


@pytest.fixture
def comparing() -> FakeComparing:
    return FakeComparing()


@pytest.fixture
def client(comparing: FakeComparing) -> FlaskClient:
    return create_app(make_services(comparing=comparing)).test_client()


def test_claims_are_a_table_with_caption_headers_and_links_to_sentences(client: FlaskClient) -> None:
    html = client.get("/stories/1/compare").text
    assert '<th scope="col">The Gull</th>' in html
    assert html.count("<caption>") == 2
    assert (
        'href="/articles/1#:~:text=Three%20people%20died%20in%20the%20Plumbago%20tunnel%2C%20police%20said."'
        in html
    )
    assert "reported by 1 of 3 · not by The Gull · not known of Grenzbote" in html
    assert '<span class="unseen">leaves it out</span>' in html
    assert '<span title="it reports in another language">unknown</span>' in html


def test_text_of_outlets_is_escaped_and_marked(client: FlaskClient) -> None:
    html = client.get("/stories/1/compare").text
    assert "five people &lt;now&gt;" in html
    assert "<mark>INFERNO</mark> in tunnel" in html
    assert 'lang="de"' in html


def test_figures_have_their_text_and_no_style_stands_inline(client: FlaskClient) -> None:
    html = client.get("/stories/1/compare").text
    assert html.count("<svg") == html.count('aria-hidden="true" focusable="false"')
    assert "Castelmare: 2 reports, 67 %" in html
    assert "Not labelled: 1 report, 33 %" in html
    assert "style=" not in html
    assert "<del>Three </del>" in html


def test_form_asks_by_get_and_passes_numbers_on(client: FlaskClient, comparing: FakeComparing) -> None:
    html = client.get("/stories/1/compare?outlet=2&outlet=3&outlet=x").text
    client.get("/stories/1/compare?axis=language")
    assert comparing.asked == [(1, (2, 3, 0), ""), (1, (), "language")]
    assert 'method="get" action="/stories/1/compare"' in html
    assert '<input type="checkbox" name="outlet" value="1" checked> The Orsholm Lantern' in html


def test_problem_is_told_with_status_400_and_the_page(comparing: FakeComparing, client: FlaskClient) -> None:
    comparing.page = replace(PAGE, problem="One outlet alone cannot be compared: choose two to six.")
    answer = client.get("/stories/1/compare?outlet=1")
    assert answer.status_code == 400
    assert "One outlet alone cannot be compared" in answer.text
    assert "Who says what" in answer.text


def test_merged_story_leads_on_with_what_was_asked_and_an_unknown_one_is_404(client: FlaskClient) -> None:
    answer = client.get("/stories/2/compare?outlet=1&outlet=2")
    assert (answer.status_code, answer.location) == (301, "/stories/1/compare?outlet=1&outlet=2")
    assert client.get("/stories/9/compare").status_code == 404


def test_page_without_anything_to_compare_says_so(comparing: FakeComparing, client: FlaskClient) -> None:
    comparing.page = replace(
        PAGE, rows=(), alone=(), differences=(), quotes=(), changes=(), tracks=(), shares=(), heads=()
    )
    html = client.get("/stories/1/compare").text
    assert "No sentence of one of these outlets says the same as one of another." in html


def test_story_page_leads_to_the_comparison_by_link_and_key() -> None:
    from tests.web.paper import make_paper

    html = create_app(make_services(make_paper())).test_client().get("/stories/1").text
    assert 'href="/stories/1/compare" data-key="x"' in html


def test_address_of_a_sentence_names_its_ends_and_escapes_dashes() -> None:
    long = "A heron watched it all from the toll-gate, and said nothing, as herons do."
    assert fragment(source(1, long)) == (
        "#:~:text=A%20heron%20watched%20it%20all,said%20nothing%2C%20as%20herons%20do."
    )
    assert fragment(source(1, "The toll-gate burned.")) == "#:~:text=The%20toll%2Dgate%20burned."
    assert fragment(source(1, "Tunnel burns", place=-1)) == "#headline"


def test_words_for_rows_differences_and_lists() -> None:
    (row,) = PAGE.rows
    assert reported_by(replace(row, not_by=(), unknown=())) == "reported by 1 of 3"
    assert [differing(line) for line in PAGE.differences] == ["three → five killed", "four or six lorries"]
    assert listed(["A", "B", "C", "D", "E", "F"]) == "A, B, C, D and 2 others"
    assert (listed(["A"]), listed(["A", "B"])) == ("A", "A and B")


def test_blindspot_tells_its_baseline_and_sample_in_words() -> None:
    spot, unknown = PAGE.blindspots
    facts = "In the 16 other stories of this size within 30 days, Veldmark had 29 of 90 reports (32 %)"
    assert blindspot_words(spot, {}) == (
        f"0 of 9 independent reports come from Veldmark (country). {facts},"
        " and in 4 of them as small a share."
        " By chance alone so few would come about once in 33 times (one-sided binomial test)."
    )
    assert blindspot_words(unknown, PAGE.outlet_names).endswith(
        "Whether it left the story out is not known: the feed of Grenzbote was failing."
    )


@pytest.mark.parametrize(
    ("value", "axis", "words"),
    [
        ("de", "language", "German"),
        ("en", "language", "English"),
        ("", "language", "Not labelled"),
        ("de", "owner", "de"),
    ],
)
def test_languages_are_told_by_their_names(value: str, axis: str, words: str) -> None:
    assert axis_value(value, axis) == words
