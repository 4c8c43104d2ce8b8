"""Draws the PNG icons of the app from web/static/favicon.svg: python docs/screenshots/icons.py."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import ARGUMENTS, find_chromium

STATIC = Path(__file__).parents[2] / "web" / "static"
SAFE = 0.72
"""A mask may cut off all but a circle of 80 % of the width (https://www.w3.org/TR/appmanifest/#icon-masks)."""
GROUND = "#1f4a5c"


def main() -> None:
    """Write icon-192.png, icon-512.png and icon-maskable-512.png."""
    drawing = (STATIC / "favicon.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(playwright), args=list(ARGUMENTS))
        for name, side, part in (
            ("icon-192.png", 192, 1.0),
            ("icon-512.png", 512, 1.0),
            ("icon-maskable-512.png", 512, SAFE),
        ):
            page = browser.new_page(viewport={"width": side, "height": side})
            ground = GROUND if part < 1 else "transparent"
            page.set_content(
                f"<style>body {{ margin: 0; height: 100vh; display: grid; place-items: center; "
                f"background: {ground} }} svg {{ width: {part:%} }}</style>{drawing}"
            )
            page.screenshot(path=STATIC / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
