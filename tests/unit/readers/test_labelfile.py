"""A file of labels: each line is judged in words, and what is written comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId
from aggregator.domain.labels import Label, OwnLabel, labels_of, values_on
from aggregator.domain.outlet_errors import LabelRefused, LabelsUnreadable
from aggregator.readers.labelfile import LabelReport, axis_named, own_label, read_labels, render_labels

LANTERN = Outlet(
    id=OutletId(1),
    domain="lantern.example",
    name="The Lantern",
    country="VM",
    lang="en",
    source="Wikipedia: L",
)
GULL = Outlet(id=OutletId(2), domain="gull.co.example", name="The Gull", lang="en")


def read(text: str, *own: OwnLabel) -> LabelReport:
    return read_labels(text.encode(), name="mine.csv", outlets=(LANTERN, GULL), own=own)


def told(text: str, *own: OwnLabel) -> list[tuple[str, str]]:
    return [(line.result, line.what) for line in read(text, *own).lines]


def test_each_line_says_what_becomes_of_it_in_words() -> None:
    old = OwnLabel(domain="gull.co.example", axis="slant", value="wet")
    text = (
        "domain,name,Slant,Reach,source\n"
        "lantern.example,,dry,local,my list\n"
        "https://www.news.gull.co.example/world,,dry,,\n"
        "other.example,,dry,,\n"
        "not a domain,,dry,,\n"
        "lantern.example,,wet,,\n"
        "gull.co.example,,,,\n"
        "gull.co.example,,,far,,\n"
    )
    assert told(text, old) == [
        ("new", "slant: “dry”; reach: “local”."),
        ("new", "slant: “dry” instead of “wet”."),
        ("new", "slant: “dry”. No feed has brought this outlet yet; the labels wait for it."),
        ("refused", "“not a domain” is not a domain such as example.org."),
        ("refused", "line 2 says its “slant” already."),
        ("refused", "it says nothing on any axis."),
        ("refused", "it has more cells than the first line names."),
    ]


def test_what_is_known_already_stays_as_it_is() -> None:
    old = OwnLabel(domain="lantern.example", axis="slant", value="dry", source="me")
    text = "domain,slant,source\nlantern.example,dry,me\n"
    assert read(text, old).lines[0].labels == ()
    assert told(text, old) == [("same", "slant stays “dry”.")]


def test_names_of_columns_in_facts_files_mean_the_same_axes() -> None:
    report = read("domain,kind,lang,mood\nlantern.example,daily,de,grim\n")
    assert report.axes == ("language", "type", "mood")


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "its first line has no column “domain”"),
        (b"site,slant\n", "its first line has no column “domain”"),
        (b"domain,name,source\n", "it has 0 columns of labels, and needs 1 to 40"),
        (b"domain,slant,Slant\n", "its first line names slant twice"),
        (b"domain,slant,\n", "of its first line, an axis needs a name, such as “slant”"),
        ("domain,slant\nlantern.example,tr\xe4ge".encode("latin-1"), "it is not text in UTF-8"),
        (b"domain,slant\nlantern.example," + b"x" * 200_000, "it is not CSV (field larger than field limit"),
    ],
    ids=["empty", "no domain", "no axis", "twice", "nameless", "latin-1", "huge"],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(document: bytes, reason: str) -> None:
    with pytest.raises(LabelsUnreadable) as caught:
        read_labels(document, name="mine.csv", outlets=(), own=())
    assert caught.value.reason.startswith(reason)
    assert "Nothing was labelled" in str(caught.value)


@pytest.mark.parametrize(
    ("axis", "value", "source", "reason"),
    [
        ("", "dry", "", "an axis needs a name"),
        ("x" * 41, "dry", "", "the name of an axis has at most 40 characters"),
        ("source", "dry", "", "“source” cannot be an axis"),
        ("slant", " ", "", "there is no value for the axis “slant”"),
        ("slant", "x" * 81, "", "a value has at most 80 characters"),
        ("slant", "dry", "x" * 201, "a source has at most 200 characters"),
    ],
)
def test_a_label_that_cannot_be_one_is_refused(axis: str, value: str, source: str, reason: str) -> None:
    with pytest.raises(LabelRefused) as caught:
        own_label("lantern.example", axis, value, source)
    assert caught.value.reason.startswith(reason)


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=20)


@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["lantern.example", "gull.co.example", "new.example"]),
            st.sampled_from(["slant", "reach", "country"]),
        ),
        st.tuples(TEXTS, st.one_of(st.just(""), TEXTS)),
        min_size=1,
    )
)
def test_labels_come_back_from_a_file_as_they_were(given_: dict[tuple[str, str], tuple[str, str]]) -> None:
    own = [
        own_label(domain, axis, value, source)
        for (domain, axis), (value, source) in given_.items()
        if value.strip()
    ]
    if not own:
        return
    report = read_labels(
        render_labels(own, (LANTERN, GULL)), name="mine.csv", outlets=(LANTERN, GULL), own=()
    )
    back = {label for line in report.lines for label in line.labels}
    assert (back, report.count("refused")) == (set(own), 0)


def test_own_labels_win_over_shipped_facts_and_each_says_where_it_is_from() -> None:
    own = [
        OwnLabel(domain="lantern.example", axis="country", value="Elsewhere", source="a map"),
        OwnLabel(domain="lantern.example", axis="mood", value="grim"),
        OwnLabel(domain="gull.co.example", axis="mood", value="gay"),
    ]
    assert labels_of(LANTERN, own) == (
        Label(axis="country", value="Elsewhere", source="your own label (a map)", is_own=True),
        Label(axis="language", value="en", source="Broadfold’s list (Wikipedia: L)"),
        Label(axis="mood", value="grim", source="your own label", is_own=True),
    )
    assert labels_of(GULL, ()) == (Label(axis="language", value="en", source="its feed"),)
    assert values_on("mood", [LANTERN, GULL], own) == {1: "grim", 2: "gay"}
    assert values_on("country", [LANTERN, GULL], own) == {1: "Elsewhere"}


def test_axes_are_compared_without_capitals_and_blanks() -> None:
    assert axis_named("  Own   Axis ") == "own axis"
