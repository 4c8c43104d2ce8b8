"""Read facts about outlets from a CSV file such as config/outlets.csv: country, kind, owner, language.

Facts only; Broadfold ships no political ratings, and readers may keep a file of their own.
"""

import csv
import io
from collections.abc import Iterator

from aggregator.domain.articles import OutletFacts
from aggregator.domain.errors import OutletsUnreadable

COLUMNS = ("domain", "name", "country", "kind", "owner", "language")
SOURCE = "source"
"""A column that may be missing: where the facts of a row can be looked up."""


def read_outlets(data: bytes, *, name: str) -> tuple[OutletFacts, ...]:
    """Return the facts of every row; an empty cell is a fact not known.

    Raises:
        OutletsUnreadable: it is not CSV in UTF-8, a column is missing, or a row has no domain or no
            name; `name` is the file's.
    """
    try:
        return tuple(_rows(data.decode("utf-8-sig"), name))
    except UnicodeDecodeError as error:
        raise OutletsUnreadable(name, "it is not text in UTF-8") from error
    except csv.Error as error:
        raise OutletsUnreadable(name, f"it is not CSV ({error})") from error


def _rows(text: str, name: str) -> Iterator[OutletFacts]:
    # Line ends are left to the reader, so that one inside quotation marks does not end a row.
    rows = csv.DictReader(io.StringIO(text, newline=""))
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise OutletsUnreadable(name, f"its first line lacks {', '.join(missing)}")
    for row in rows:
        yield _facts(row, name, rows.line_num)


def _facts(row: dict[str, str | None], name: str, number: int) -> OutletFacts:
    cells = {column: (row.get(column) or "").strip() or None for column in (*COLUMNS, SOURCE)}
    domain, called = cells["domain"], cells["name"]
    if domain is None or called is None:
        raise OutletsUnreadable(name, f"line {number} has no domain or no name")
    return OutletFacts(
        domain=domain.lower(),
        name=called,
        country=cells["country"],
        kind=cells["kind"],
        owner=cells["owner"],
        lang=cells["language"],
        source=cells[SOURCE],
    )
