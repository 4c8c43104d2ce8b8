"""Readers' own labels of outlets as a CSV file: read, judged line by line, and written; pure.

One line an outlet: its `domain`, perhaps its `name` (not read), perhaps the `source` of what the line says,
and a column for each axis. An empty cell says nothing. What `render_labels` writes comes back as it was.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aggregator.domain.articles import Outlet
from aggregator.domain.labels import LANGUAGE, TYPE, OwnLabel, axes_in_order
from aggregator.domain.outlet_errors import LabelRefused, LabelsUnreadable

DOMAIN, NAME, SOURCE = "domain", "name", "source"
SAME: Final = {"kind": TYPE, "lang": LANGUAGE}
"""Other names of axes, as other files call them."""
LONGEST_AXIS, LONGEST_VALUE, LONGEST_SOURCE = 40, 80, 200
"""Characters."""
MOST_AXES = 40
_HOST: Final = re.compile(r"[\w-]+(\.[\w-]+)+(:\d{1,5})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLine:
    """What a line of a file says, and what an import does with it: `new`, `same` or `refused`.

    `outlet` is empty while no feed has brought it. `what` tells in words; `labels` are those to store.
    """

    number: int
    domain: str
    outlet: str
    result: str
    what: str
    labels: tuple[OwnLabel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReport:
    """What becomes of every line of a file, and the axes that it is about."""

    axes: tuple[str, ...]
    lines: tuple[LabelLine, ...]

    def count(self, result: str) -> int:
        """Return how many lines have this result."""
        return sum(line.result == result for line in self.lines)


def axis_named(text: str) -> str:
    """Return the name of an axis as it is kept: small letters, single blanks.

    Raises:
        LabelRefused: it is empty, too long, or means something else in a file.
    """
    name = " ".join(text.split()).casefold()
    if not name:
        raise LabelRefused("an axis needs a name, such as “slant”")
    if len(name) > LONGEST_AXIS:
        raise LabelRefused(f"the name of an axis has at most {LONGEST_AXIS} characters")
    if name in (DOMAIN, NAME, SOURCE):
        raise LabelRefused(
            f"“{name}” cannot be an axis, because the file of labels has a column of that name"
        )
    return SAME.get(name, name)


def own_label(domain: str, axis: str, value: str, source: str = "") -> OwnLabel:
    """Return a label with its parts made tidy.

    Raises:
        LabelRefused: the axis has no good name, or the value or source is empty or too long.
    """
    named, said, where = axis_named(axis), " ".join(value.split()), " ".join(source.split())
    if not said:
        raise LabelRefused(f"there is no value for the axis “{named}”")
    if len(said) > LONGEST_VALUE:
        raise LabelRefused(f"a value has at most {LONGEST_VALUE} characters")
    if len(where) > LONGEST_SOURCE:
        raise LabelRefused(f"a source has at most {LONGEST_SOURCE} characters")
    return OwnLabel(domain=domain, axis=named, value=said, source=where)


def home(text: str, known: Mapping[str, Outlet]) -> str:
    """Return the domain that an address or host belongs to: a known one, else the host itself.

    Raises:
        LabelRefused: it is not the name of a site.
    """
    host = re.sub(r"^[a-z]+://", "", text.strip().casefold()).split("/")[0].removeprefix("www.")
    if not _HOST.fullmatch(host):
        raise LabelRefused(f"“{text.strip()[:60]}” is not a domain such as example.org")
    parts = host.split(".")
    wider = (".".join(parts[place:]) for place in range(len(parts) - 1))
    return next((domain for domain in wider if domain in known), host)


def read_labels(data: bytes, *, name: str, outlets: Iterable[Outlet], own: Iterable[OwnLabel]) -> LabelReport:
    """Return what an import of a file would do with each line, given the outlets and labels that there are.

    Raises:
        LabelsUnreadable: it is not CSV in UTF-8, or has no column `domain` or no axis; `name` is the file's.
    """
    try:
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
        header = next(rows, [])
        columns = _columns(header, name)
        known = {outlet.domain: outlet for outlet in outlets}
        old = {(one.domain, one.axis): one for one in own}
        seen: dict[tuple[str, str], int] = {}
        lines = [_judged(rows.line_num, columns, row, known, old, seen) for row in rows if any(row)]
    except UnicodeDecodeError as error:
        raise LabelsUnreadable(name, "it is not text in UTF-8") from error
    except csv.Error as error:
        raise LabelsUnreadable(name, f"it is not CSV ({error})") from error
    axes = [column for column in columns if column not in (DOMAIN, NAME, SOURCE)]
    return LabelReport(axes=axes_in_order(axes), lines=tuple(lines))


def render_labels(own: Sequence[OwnLabel], outlets: Iterable[Outlet]) -> bytes:
    """Return labels as CSV in UTF-8 that `read_labels` reads back; the name stands there for people."""
    names = {outlet.domain: outlet.name for outlet in outlets}
    axes = axes_in_order(one.axis for one in own)
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for one in own:
        rows.setdefault((one.domain, one.source), {})[one.axis] = one.value
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([DOMAIN, NAME, *axes, SOURCE])
    for (domain, source), values in sorted(rows.items()):
        writer.writerow([domain, names.get(domain, ""), *(values.get(axis, "") for axis in axes), source])
    return text.getvalue().encode()


def _columns(header: Sequence[str], name: str) -> list[str]:
    columns = []
    for cell in header:
        flat = " ".join(cell.split()).casefold()
        try:
            columns.append(flat if flat in (DOMAIN, NAME, SOURCE) else axis_named(cell))
        except LabelRefused as error:
            raise LabelsUnreadable(name, f"of its first line, {error.reason}") from error
    if DOMAIN not in columns:
        raise LabelsUnreadable(name, "its first line has no column “domain”")
    doubled = sorted({column for column in columns if columns.count(column) > 1})
    if doubled:
        raise LabelsUnreadable(name, f"its first line names {', '.join(doubled)} twice")
    axes = len(set(columns) - {DOMAIN, NAME, SOURCE})
    if not 0 < axes <= MOST_AXES:
        raise LabelsUnreadable(name, f"it has {axes} columns of labels, and needs 1 to {MOST_AXES}")
    return columns


def _judged(
    number: int,
    columns: Sequence[str],
    row: Sequence[str],
    known: Mapping[str, Outlet],
    old: Mapping[tuple[str, str], OwnLabel],
    seen: dict[tuple[str, str], int],
) -> LabelLine:
    cells = dict(zip(columns, row, strict=False))
    domain = cells[DOMAIN].strip()
    source = cells.get(SOURCE, "")
    try:
        domain = home(domain, known)
        labels = [
            own_label(domain, axis, value, source)
            for axis, value in cells.items()
            if axis not in (DOMAIN, NAME, SOURCE) and value.strip()
        ]
        if len(row) > len(columns):
            raise LabelRefused("it has more cells than the first line names")
        if not labels:
            raise LabelRefused("it says nothing on any axis")
        for one in labels:
            if (domain, one.axis) in seen:
                raise LabelRefused(f"line {seen[domain, one.axis]} says its “{one.axis}” already")
    except LabelRefused as error:
        return LabelLine(number=number, domain=domain, outlet="", result="refused", what=f"{error.reason}.")
    seen.update({(domain, one.axis): number for one in labels})
    outlet = known[domain].name if domain in known else ""
    what = "; ".join(_told(one, old.get((domain, one.axis))) for one in labels)
    waits = "" if outlet else ". No feed has brought this outlet yet; the labels wait for it"
    new = tuple(one for one in labels if old.get((domain, one.axis)) != one)
    return LabelLine(
        number=number,
        domain=domain,
        outlet=outlet,
        result="new" if new else "same",
        what=f"{what}{waits}.",
        labels=new,
    )


def _told(one: OwnLabel, old: OwnLabel | None) -> str:
    if old is None:
        return f"{one.axis}: “{one.value}”"
    if old.value != one.value:
        return f"{one.axis}: “{one.value}” instead of “{old.value}”"
    return f"{one.axis} stays “{one.value}”" + ("" if old.source == one.source else ", with another source")
