"""Take the pictures of README and docs: the demo's pages in a real Chromium, light and dark.

`make screenshots`, or `python docs/screenshots/take.py` in the environment of the project. Writes
NAME-light.png and NAME-dark.png beside this file.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).parent
WIDTH, HEIGHT = 1200, 900
READY = re.compile(r"stories are ready: (http://\S+)")


def ready(demo: subprocess.Popen[str]) -> str:
    """Return the address of the demo once its stories are there."""
    assert demo.stdout is not None
    for line in demo.stdout:
        if found := READY.search(line):
            return found[1]
    raise SystemExit("The demo ended before its stories were ready.")


def take(page: Page, home: str, scheme: str) -> None:
    """Walk from the front page to a story, its articles and outlets, and the lists; picture each."""
    page.goto(home)
    shoot(page, "front", scheme)
    page.locator("article.story h2 a").first.click()
    shoot(page, "story", scheme)
    story = page.url
    page.get_by_role("link", name="Read here").first.click()
    shoot(page, "article", scheme)
    page.goto(f"{story}/compare")
    shoot(page, "compare", scheme)
    page.goto(f"{home}/search?q=bridge")
    shoot(page, "search", scheme)
    for name in ("day", "outlets", "feeds", "digests", "settings"):
        page.goto(f"{home}/{name}")
        shoot(page, name, scheme)


def shoot(page: Page, name: str, scheme: str) -> None:
    """Write one picture."""
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=FOLDER / f"{name}-{scheme}.png")


def main() -> None:
    """Play the demo and take every picture."""
    command = [sys.executable, "-m", "aggregator.cli", "demo", "--port", "0"]
    demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        home = ready(demo)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    color_scheme=scheme, viewport={"width": WIDTH, "height": HEIGHT}
                )
                take(context.new_page(), home, scheme)
            browser.close()
    finally:
        demo.terminate()
        demo.wait()


if __name__ == "__main__":
    main()
