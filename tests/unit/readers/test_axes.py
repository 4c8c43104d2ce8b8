"""The axes of coverage: facts about outlets, corrected and added to by the reader's own labels."""

from aggregator.domain.articles import Outlet
from aggregator.domain.ids import OutletId
from aggregator.domain.labels import OwnLabel
from aggregator.readers.axes import UNLABELLED, axes_of

LANTERN, GULL = OutletId(1), OutletId(2)
OUTLETS = (
    Outlet(id=LANTERN, domain="lantern.example", name="The Lantern", country="Veldmark", lang="en"),
    Outlet(id=GULL, domain="gull.example", name="The Gull", kind="agency"),
)


def test_facts_are_four_axes_and_an_outlet_of_which_one_tells_nothing_is_unlabelled() -> None:
    axes = axes_of(OUTLETS)
    assert [(one.name, one.shown, dict(one.values)) for one in axes] == [
        ("country", "Country", {LANTERN: "Veldmark"}),
        ("owner", "Owner", {}),
        ("type", "Type", {GULL: "agency"}),
        ("language", "Language", {LANTERN: "en"}),
    ]
    assert axes[0].of(GULL) == UNLABELLED


def test_own_labels_go_before_facts_and_make_axes_of_their_own_by_name() -> None:
    own = [
        OwnLabel(domain="lantern.example", axis="country", value="Karshan"),
        OwnLabel(domain="gull.example", axis="slant", value="dry"),
        OwnLabel(domain="gull.example", axis="kind", value="warm"),
    ]
    axes = axes_of(OUTLETS, own)
    assert [(one.name, one.shown) for one in axes[4:]] == [("kind", "Kind"), ("slant", "Slant")]
    assert axes[0].values == {LANTERN: "Karshan"}
    assert [dict(one.values) for one in axes[4:]] == [{GULL: "warm"}, {GULL: "dry"}]
