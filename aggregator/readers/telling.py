"""What a story's page tells of its articles, the same for all readers: reports, summary, course, history."""

from collections.abc import Collection
from dataclasses import dataclass

from aggregator.domain.ids import StoryId
from aggregator.domain.stories import Name, Story, StoryEvent
from aggregator.readers import gist, lines, why
from aggregator.readers.course import Timeline
from aggregator.readers.developments import developments
from aggregator.readers.timeline import timeline
from aggregator.readers.views import DiscussionLine, QuoteLine, ReportLine, SummaryLine
from aggregator.storage import UnitOfWork

THEME = 8
"""Other stories of a theme on a story's page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The part of a story's page that is the same for all readers.

    `before` are the stories that it takes up, `after` those that take it up, `themed` the best others of
    its theme, whose typical words are `theme`.
    """

    before: tuple[Story, ...]
    after: tuple[Story, ...]
    theme: tuple[str, ...]
    themed: tuple[Story, ...]
    reports: tuple[ReportLine, ...]
    discussions: tuple[DiscussionLine, ...]
    summary: tuple[SummaryLine, ...]
    quotes: tuple[QuoteLine, ...]
    names: tuple[Name, ...]
    timeline: Timeline | None
    history: tuple[StoryEvent, ...]


def tell(work: UnitOfWork, story: Story) -> Told:
    """Work out what the page of a story tells of its articles."""
    ids = work.stories.members([story.id])[story.id]
    articles = work.articles.get_many(ids)
    folding, outlets = work.articles.folding(ids), {outlet.id: outlet for outlet in work.outlets.all()}
    versions = work.articles.version_counts(ids)
    told_in, before = work.gists.get(story.id), work.stories.follows(story.id)
    titles = work.articles.titles([key for key, count in versions.items() if count])
    turns = developments(articles, folding, outlets, titles, follows=before)
    theme = work.themes.of_story(story.id)
    return Told(
        before=before,
        after=work.stories.followed_by(story.id),
        theme=theme.words if theme else (),
        themed=_themed(work, theme.stories - {story.id}) if theme else (),
        reports=why.told(lines.reports(articles, folding, outlets, versions), work.relations.of(ids)),
        discussions=lines.discussions(articles, folding, outlets),
        summary=gist.summary(told_in, articles, outlets),
        quotes=gist.quotes(told_in, articles, outlets),
        names=told_in.names if told_in else (),
        timeline=timeline(articles, folding, outlets, turns),
        history=work.stories.events(story.id),
    )


def _themed(work: UnitOfWork, others: Collection[StoryId]) -> tuple[Story, ...]:
    living = [one for one in work.stories.get_many(sorted(others)) if one.merged_into is None]
    return tuple(sorted(living, key=lambda one: (-one.face.score, -one.id))[:THEME])
