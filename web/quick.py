"""What pages do hundreds of times, done quickly: addresses within the site, and the bars of a coverage."""

from functools import lru_cache
from typing import Any

from flask import Flask, has_request_context, request
from markupsafe import Markup

from aggregator.readers.course import Coverage

ADDRESSES = 20_000
"""Addresses that are kept: some hundred bytes each."""

ANY_NUMBER = 7_203_685_477_580
"""Stands for a number that is still to come, in an address that has no other such."""


class QuickUrls(Flask):
    """Flask that remembers the addresses it has built: a page has a hundred, mostly the same as the last."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._built = lru_cache(maxsize=ADDRESSES)(self._build)
        self._parted = lru_cache(maxsize=ADDRESSES)(self._part)

    def url_for(self, /, endpoint: str, **values: Any) -> str:
        """Return the address of a page, as Flask does."""
        # An address within the site depends on nothing but the endpoint, its values and where the site is
        # mounted. Anything else, such as `_external` or a list of values, goes to Flask.
        is_plain = all(type(one) in (int, str) and not name.startswith("_") for name, one in values.items())
        if not is_plain or not has_request_context() or endpoint.startswith("."):
            return super().url_for(endpoint, **values)
        if len(values) == 1:
            ((name, number),) = values.items()
            if type(number) is int and number >= 0:
                return str(number).join(self._parted(request.script_root, endpoint, name))
        return self._built(request.script_root, endpoint, tuple(values.items()))

    def _build(self, _mounted: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
        return super().url_for(endpoint, **dict(values))

    def _part(self, mounted: str, endpoint: str, name: str) -> tuple[str, ...]:
        """Return what stands before and after the one number of such addresses."""
        address = self._build(mounted, endpoint, ((name, ANY_NUMBER),))
        return tuple(address.rsplit(str(ANY_NUMBER), 1))


def bars(coverage: Coverage, name: str, step: int = 5, height: int = 16) -> Markup:
    """Return a coverage as SVG of class `name`: a bar of up to `height` every `step` pixels."""
    peak, width = max(coverage.counts), len(coverage.counts) * step
    drawn = "".join(
        _bar(
            place * step,
            round(max(1, count / peak * height), 1) if count else 1,
            step - 1,
            height,
            bool(count),
        )
        for place, count in enumerate(coverage.counts)
    )
    return Markup(  # noqa: S704  (numbers, and a class that a template names)
        f'<svg class="{name}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'preserveAspectRatio="none" aria-hidden="true" focusable="false">{drawn}</svg>'
    )


def _bar(x: int, tall: float, width: int, height: int, is_some: bool) -> str:
    none = "" if is_some else ' class="none"'
    return f'<rect x="{x}" y="{round(height - tall, 1)}" width="{width}" height="{tall}"{none}/>'
