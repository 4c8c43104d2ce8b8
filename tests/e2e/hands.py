"""The ways in which people work a page: mouse, finger, keyboard alone, and a browser without JavaScript."""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page

FURTHEST = 900
"""Stops of the Tab key on one page before a test gives up."""
LOOKS_AGAIN = 60
"""Stops after which the target is looked for again: the page before may still have been there."""


@dataclass(frozen=True)
class Hands:
    """Press and write as one of those people; `options` are those of the browser's context."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def runs_script(self) -> bool:
        return bool(self.options.get("java_script_enabled", True))

    def press(self, target: Locator) -> None:
        """Press a button, follow a link, open a fold."""
        if self.name == "keyboard":
            self._reach(target)
            target.page.keyboard.press("Enter")
        elif self.name == "phone":
            target.tap()
        else:
            target.click()

    def tick(self, target: Locator) -> None:
        """Choose a radio button or tick a box."""
        if self.name != "keyboard":
            target.check()
        elif target.get_attribute("type") == "radio":
            # Tab reaches the group; the arrows choose within it.
            self._reach(target.page.locator(f"input[name={target.get_attribute('name')}]:checked"))
            while not target.is_checked():
                target.page.keyboard.press("ArrowDown")
        else:
            self._reach(target)
            target.page.keyboard.press("Space")

    def write(self, target: Locator, text: str) -> None:
        """Write into a field, in place of what is there."""
        if self.name == "keyboard":
            self._reach(target)
            target.page.keyboard.press("Control+A")
            target.page.keyboard.type(text)
        else:
            target.fill(text)

    def _reach(self, target: Locator) -> None:
        """Go on with Tab until the target has the focus, which must be seen."""
        for stop in range(FURTHEST):
            if stop % LOOKS_AGAIN == 0:  # by its role and name it takes longer than a key
                node = target.element_handle()
            if node.evaluate("node => node === document.activeElement"):
                outline = node.evaluate("node => getComputedStyle(node).outlineStyle")
                assert outline != "none", f"the focus on {target} cannot be seen"
                return
            target.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {target}")


def is_too_wide(page: Page) -> bool:
    """Return whether a page has to be pushed sideways to be read."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


EVERYBODY = (
    Hands("mouse"),
    Hands("keyboard"),
    Hands("no script", {"java_script_enabled": False}),
    Hands("phone", {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}),
)
