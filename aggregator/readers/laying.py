"""Lay the material of a compared story out as its page; pure, the heart of `comparing.py`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypedDict

from aggregator.domain.articles import Article, ArticleVersion, Outlet
from aggregator.domain.comparing import Comparison, StoryVoices
from aggregator.domain.ids import ArticleId, OutletId
from aggregator.domain.stories import Folding, Story
from aggregator.readers.axes import UNLABELLED, Axis
from aggregator.readers.blindspots import Blindspot, Counted, Usual
from aggregator.readers.compared import (
    Change,
    Choice,
    Column,
    ComparePage,
    DifferenceLine,
    Dot,
    FigureLine,
    Head,
    Quoted,
    Share,
    Source,
    Track,
)
from aggregator.readers.edits import Piece, compared
from aggregator.readers.framing import framed
from aggregator.readers.matrix import Press, press_of, rows_of

FEWEST, MOST = 2, 6
"""Outlets that can be laid side by side."""
ROWS = 40
"""Claims in the table."""
ALONE = 5
"""Sentences of an outlet that nobody else has, as many as are shown of each."""
LEAD = 260
"""Characters of a report's first lines."""
CHANGES = 20
"""Edits in the change log."""
REMEMBERED = 8 * CHANGES
"""Edits whose words are remembered, headlines and texts: those of the last few pages."""
KEPT = 12
"""Words of unchanged text that stand before and after a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What is read for the page. `articles` are those that report, in the order of their times."""

    story: Story
    comparison: Comparison
    articles: tuple[Article, ...]
    folding: Folding
    outlets: Mapping[OutletId, Outlet]
    axes: tuple[Axis, ...]
    versions: Mapping[ArticleId, tuple[ArticleVersion, ...]]
    own: StoryVoices
    voices: Counted | None
    """The large stories around; None for a story that is too small to have blindspots."""
    failing: frozenset[OutletId]


def lay_out(material: Material, *, outlets: Sequence[OutletId], axis: str) -> ComparePage:
    """Return the page for the outlets or the axis asked for, and say what could not be shown."""
    known = {one.name: one for one in material.axes}
    press = _press(material)
    chosen, problem = _chosen(press, material.comparison, outlets)
    if axis and axis not in known:
        problem = f"There is no axis “{axis}”: choose one of {', '.join(known)}."
    by_axis = axis in known
    on = known[axis] if by_axis else material.axes[0]
    columns = _axis_columns(press, on) if by_axis else tuple(_column(press, one) for one in chosen)
    rows = rows_of(material.comparison.claims, columns, press)
    seen = {outlet for column in columns for outlet in column.outlets}
    return ComparePage(
        story=material.story.id,
        headline=material.story.face.headline,
        lang=material.story.face.lang,
        articles=material.story.face.article_count,
        outlets=material.story.face.outlet_count,
        reports=material.story.face.origin_count,
        choices=_choices(press, chosen if not by_axis else ()),
        axes=tuple(Choice(key=one.name, name=one.shown, is_chosen=one is on) for one in material.axes),
        by_axis=by_axis,
        axis=on.name,
        columns=columns,
        heads=_heads(press, material, [one for one in press.origins if one in seen][:MOST]),
        rows=rows[:ROWS],
        more_rows=max(0, len(rows) - ROWS),
        **_alone(press, material.comparison, seen),
        differences=_differences(press, material.comparison),
        quotes=_quotes(press, material.comparison),
        tracks=_tracks(press, material),
        undated=tuple(sorted({press.names[a.outlet_id] for a in material.articles if not a.dated})),
        shares=_shares(press, material, on),
        blindspots=_blindspots(material),
        unknown_names=tuple((press.names[one], why) for one, why in press.unknown.items()),
        changes=_changes(press, material),
        outlet_names={one.id: one.name for one in material.outlets.values()},
        problem=problem,
    )


def _press(material: Material) -> Press:
    return press_of(
        material.articles, material.folding, material.outlets, material.comparison, material.failing
    )


def _blindspots(material: Material) -> tuple[Blindspot, ...]:
    """Return the blindspots of the story on every axis; none of a story too small to have voices."""
    if material.voices is None:
        return ()
    return tuple(
        spot
        for axis in material.axes
        for spot in Usual.of(axis, material.voices).blindspots(material.own, material.failing)
    )


def _chosen(
    press: Press, comparison: Comparison, asked: Sequence[OutletId]
) -> tuple[tuple[OutletId, ...], str]:
    """Return the outlets to lay side by side, those that make most claims where none were asked for."""
    there = [one for one in dict.fromkeys(asked) if one in press.origins]
    problem = ""
    if len(there) < len(set(asked)):
        problem = "An outlet that you asked for has no report in this story. Choose from the list below."
    elif asked and len(there) < FEWEST:
        problem = "One outlet alone cannot be compared: choose two to six."
    elif len(there) > MOST:
        problem = "Six outlets fit side by side; the first six that you chose are shown."
    if len(there) >= FEWEST:
        return tuple(there[:MOST]), problem
    told = Counter(said.outlet for claim in comparison.claims for said in claim.said)
    order = list(press.origins)
    best = sorted(order, key=lambda one: (one not in press.independent, -told[one], order.index(one)))
    return tuple(best[:MOST]), problem


def _choices(press: Press, chosen: Sequence[OutletId]) -> tuple[Choice, ...]:
    counts = Counter(one.outlet_id for one in press.articles.values())
    return tuple(
        Choice(key=str(one), name=press.names[one], is_chosen=one in chosen, articles=counts[one])
        for one in sorted(press.origins, key=lambda one: press.names[one].casefold())
    )


def _column(press: Press, outlet: OutletId) -> Column:
    return Column(
        key=str(outlet),
        name=press.names[outlet],
        outlets=(outlet,),
        reports=len(press.origins[outlet]),
        unknown=press.unknown.get(outlet, ""),
    )


def _axis_columns(press: Press, axis: Axis) -> tuple[Column, ...]:
    """Return a column for each value, those with most outlets first, what is not labelled last."""
    values: dict[str, list[OutletId]] = {}
    for outlet in press.origins:
        values.setdefault(axis.of(outlet), []).append(outlet)
    ordered = sorted(values, key=lambda value: (value == UNLABELLED, -len(values[value]), value))
    return tuple(
        Column(
            key=value,
            name=value or "Not labelled",
            outlets=tuple(values[value]),
            reports=len(frozenset().union(*(press.origins[one] for one in values[value]))),
            unknown="; ".join(
                sorted({press.unknown[one] for one in values[value] if one in press.unknown})
                if all(one in press.unknown for one in values[value])
                else []
            ),
        )
        for value in ordered
    )


def _heads(press: Press, material: Material, outlets: Sequence[OutletId]) -> tuple[Head, ...]:
    """Return the first reports of outlets, the words marked that few first reports of the story have."""
    firsts: dict[OutletId, Article] = {}
    for one in material.articles:
        firsts.setdefault(one.outlet_id, one)
    leads = {outlet: _lead(one) for outlet, one in firsts.items()}
    shown = [firsts[one] for one in outlets]
    told = {outlet: f"{one.title}\n{one.summary}\n{one.text}" for outlet, one in firsts.items()}
    marked = framed(
        [*(one.title for one in shown), *(leads[one.outlet_id] for one in shown)], list(told.values())
    )
    return tuple(
        Head(
            outlet=one.outlet_id,
            name=press.names[one.outlet_id],
            article=one.id,
            link=one.link,
            headline=headline,
            lead=lead,
            own=tuple(span.text for span in headline if span.is_own),
            at=one.at,
            dated=one.dated,
            lang=one.lang,
            copy_of=_origin_name(press, material.folding, one),
        )
        for one, headline, lead in zip(shown, marked[: len(shown)], marked[len(shown) :], strict=True)
    )


def _lead(article: Article) -> str:
    flat = " ".join((article.summary or article.text).split())
    if len(flat) <= LEAD:
        return flat
    return flat[:LEAD].rsplit(" ", 1)[0].rstrip(",;:–—- ") + "…"


def _origin_name(press: Press, folding: Folding, article: Article) -> str:
    origin = press.articles.get(folding.origin_of.get(article.id, article.id))
    return press.names[origin.outlet_id] if origin is not None and origin.id != article.id else ""


class _Alone(TypedDict):
    alone: tuple[tuple[str, tuple[Source, ...]], ...]
    more_alone: int


def _alone(press: Press, comparison: Comparison, outlets: set[OutletId]) -> _Alone:
    """Return what only one outlet of the columns says, a few sentences of each, and how many more."""
    by_outlet: dict[OutletId, list[Source]] = {}
    for said in comparison.alone:
        source = press.source(said)
        if source is not None and source.outlet in outlets:
            by_outlet.setdefault(source.outlet, []).append(source)
    more = sum(max(0, len(some) - ALONE) for some in by_outlet.values())
    shown = tuple((press.names[one], tuple(some[:ALONE])) for one, some in by_outlet.items())
    return _Alone(alone=shown, more_alone=more)


def _differences(press: Press, comparison: Comparison) -> tuple[DifferenceLine, ...]:
    lines = []
    for one in comparison.differences:
        figures = tuple(
            FigureLine(source=source, written=figure.written, value=figure.value, at=figure.at)
            for figure in one.figures
            if (source := press.source(figure.said)) is not None
        )
        if len(figures) > 1:
            lines.append(DifferenceLine(kind=one.kind, of=one.of, figures=figures))
    return tuple(lines)


def _quotes(press: Press, comparison: Comparison) -> tuple[Quoted, ...]:
    found = []
    for one in comparison.quotes:
        article = press.articles.get(one.article)
        if article is not None:
            source = Source(
                article=article.id,
                outlet=article.outlet_id,
                name=press.names[article.outlet_id],
                headline=article.title,
                text=one.text,
                place=0,
                at=article.at,
                dated=article.dated,
                lang=article.lang,
            )
            found.append(Quoted(speaker=one.speaker, text=one.text, source=source))
    return tuple(found)


def _tracks(press: Press, material: Material) -> tuple[Track, ...]:
    """Return each outlet's line of time, the first to report first; undated outlets have none."""
    dated = [one for one in material.articles if one.dated]
    if not dated:
        return ()
    edits = [version.seen_at for one in dated for version in material.versions.get(one.id, ())[:1]]
    start, end = dated[0].at, max([dated[-1].at, *edits])
    span = max((end - start).total_seconds(), 1.0)
    tracks: dict[OutletId, list[Article]] = {}
    for one in dated:
        tracks.setdefault(one.outlet_id, []).append(one)
    return tuple(
        Track(
            outlet=outlet,
            name=press.names[outlet],
            first=some[0].at,
            hours_later=(some[0].at - start).total_seconds() / 3600,
            is_copy=bool(_origin_name(press, material.folding, some[0])),
            dots=tuple(
                Dot(
                    across=min(1.0, (one.at - start).total_seconds() / span),
                    at=one.at,
                    kind="copy" if _origin_name(press, material.folding, one) else "report",
                )
                for one in some
            ),
        )
        for outlet, some in tracks.items()
    )


def _shares(press: Press, material: Material, axis: Axis) -> tuple[Share, ...]:
    """Return the independent reports by value of the axis, most first, what it does not label last."""
    own: dict[str, list[OutletId]] = {}
    for one in material.articles:
        if not _origin_name(press, material.folding, one):
            own.setdefault(axis.of(one.outlet_id), []).append(one.outlet_id)
    total = sum(map(len, own.values()))
    return tuple(
        Share(
            value=value,
            reports=len(own[value]),
            share=len(own[value]) / total,
            outlets=tuple(sorted({press.names[one] for one in own[value]})),
        )
        for value in sorted(own, key=lambda value: (value == UNLABELLED, -len(own[value]), value))
    )


def _changes(press: Press, material: Material) -> tuple[Change, ...]:
    """Return what outlets changed in their reports, the latest first."""
    found = []
    for key, versions in material.versions.items():
        article = press.articles.get(key)
        if article is None:
            continue
        states = [(article.title, article.text), *((one.title, one.text or one.summary) for one in versions)]
        found += [
            (version.seen_at, article, before, after)
            for version, (after, before) in zip(versions, pairwise(states), strict=True)
        ]
    # Only those that are shown: comparing two long texts word by word is the dearest thing on the page.
    latest = sorted(found, key=lambda one: one[0], reverse=True)[:CHANGES]
    return tuple(
        Change(
            article=article.id,
            name=press.names[article.outlet_id],
            seen_at=seen_at,
            headline=_edited(before[0], after[0]),
            text=shortened(_edited(before[1], after[1])),
            lang=article.lang,
        )
        for seen_at, article, before, after in latest
    )


_edited = lru_cache(maxsize=REMEMBERED)(compared)
"""The words in and out of a text. The same two texts differ in the same words at every view of the page."""


def shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return a word diff without the unchanged words far from any change; nothing where nothing changed."""
    if all(piece.kind == "kept" for piece in pieces):
        return ()
    found = []
    for number, piece in enumerate(pieces):
        words = piece.text.split()
        if piece.kind != "kept" or len(words) <= 2 * KEPT:
            found.append(piece)
            continue
        head = " ".join(words[:KEPT]) + " " if number else ""
        tail = " " + " ".join(words[-KEPT:]) + " " if number < len(pieces) - 1 else ""
        found.append(Piece(kind="kept", text=f"{head}…{tail}"))
    return tuple(found)
