"""Keep the reader's own labelled file: what was corrected, in the format that `broadfold eval` scores.

Written anew after every correction from what holds now, so that an undone correction leaves it too.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from aggregator.domain.errors import DataFolderUnusable
from aggregator.storage import UnitOfWork


def write_own_pairs(work: UnitOfWork, file: Path) -> None:
    """Replace the file by one line an article of every story that a correction touches.

    Raises:
        DataFolderUnusable: the file cannot be written; what was there stays.
    """
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in own_rows(work)]
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text("".join(lines), encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        raise DataFolderUnusable(file.parent, error.strerror or "it cannot be written") from error


def own_rows(work: UnitOfWork) -> Iterator[dict[str, str | None]]:
    """Yield labelled articles, by id: articles that a correction names, and the others of their stories.

    Only the named ones carry a label, because the reader said nothing about the others.
    """
    named = {
        end
        for correction in work.corrections.live()
        for link in correction.links
        for end in (link.one, link.other)
    }
    homes = work.stories.story_of(named)
    around = {one for members in work.stories.members(set(homes.values())).values() for one in members}
    outlets = {outlet.id: outlet.name for outlet in work.outlets.all()}
    for article in work.articles.get_many(sorted(named | around)):
        yield {
            "id": str(article.id),
            "title": article.title,
            "text": article.text,
            "outlet": outlets[article.outlet_id],
            "url": article.url,
            "published": article.at.isoformat() if article.dated else None,
            "lang": article.lang,
            "story": str(homes[article.id]) if article.id in named and article.id in homes else None,
        }
