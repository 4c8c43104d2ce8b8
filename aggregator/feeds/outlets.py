"""Read facts about outlets from a CSV file such as config/outlets.csv: country, kind, owner, language.

Facts only; Broadfold ships no political ratings, and readers may keep a file of their own.
"""

import csv
import io

from aggregator.domain.articles import OutletFacts
from aggregator.domain.errors import OutletsUnreadable

COLUMNS = ("domain", "name", "country", "kind", "owner", "language")


def read_outlets(text: str, *, name: str) -> tuple[OutletFacts, ...]:
    """Return the facts of every row; an empty cell is a fact not known.

    Raises:
        OutletsUnreadable: a column is missing, or a row has no domain or no name; `name` is the file's.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise OutletsUnreadable(name, f"its first line lacks {', '.join(missing)}")
    return tuple(_facts(row, name, number) for number, row in enumerate(rows, start=2))


def _facts(row: dict[str, str | None], name: str, number: int) -> OutletFacts:
    cells = {column: (row.get(column) or "").strip() or None for column in COLUMNS}
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
    )
