import re

import pytest

from web.factory import STATIC

CSS = (STATIC / "broadfold.css").read_text("utf-8")
SCHEMES = dict(zip(("light", "dark"), re.findall(r":root \{([^}]*)\}", CSS), strict=False))
INK = ("ink", "soft", "link", "visited")


def palette(scheme: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", SCHEMES[scheme]))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        *((front, back) for front in INK for back in ("paper", "raised")),
        *((front, back) for front in ("ink", "link", "visited") for back in ("trouble-paper", "fine-paper")),
        ("ink", "mark"),
        ("trouble", "paper"),
        ("trouble", "raised"),
        ("fine", "paper"),
    ],
)
def test_text_has_the_contrast_of_wcag_aa(scheme: str, front: str, back: str) -> None:
    colours = palette(scheme)

    assert contrast(colours[front], colours[back]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_of_fields_can_be_seen(scheme: str) -> None:
    colours = palette(scheme)

    assert contrast(colours["field"], colours["paper"]) >= 3
    assert contrast(colours["field"], colours["raised"]) >= 3


def test_stylesheet_loads_nothing() -> None:
    assert re.findall(r"@import|url\(", CSS) == []


def test_motion_is_only_for_readers_who_did_not_ask_for_less() -> None:
    moving = CSS.split("@media (prefers-reduced-motion: no-preference) {")[1].split("\n}\n")[0]

    assert {"scroll-behavior", "transition"} <= set(
        re.findall(r"scroll-behavior|transition|animation", moving)
    )
    assert not re.search(r"scroll-behavior|transition|animation", CSS.replace(moving, ""))


def test_paper_has_its_own_style() -> None:
    assert "@media print" in CSS


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_theme_that_a_reader_chose_has_the_colours_of_its_scheme(scheme: str) -> None:
    (chosen,) = re.findall(rf':root\[data-theme="{scheme}"\] \{{([^}}]*)\}}', CSS)

    assert dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", chosen)) == palette(scheme)
    assert f"color-scheme: {scheme};" in chosen
