"""A browser for the pages of the demo."""

from tests.browser import chromium, open_page, serve  # noqa: F401  (fixtures)
