"""Distinct integer ids, so that a story id can never be passed where an article id is meant."""

from typing import NewType

FeedId = NewType("FeedId", int)
OutletId = NewType("OutletId", int)
ArticleId = NewType("ArticleId", int)
StoryId = NewType("StoryId", int)
CorrectionId = NewType("CorrectionId", int)
ThemeId = NewType("ThemeId", int)
ReaderId = NewType("ReaderId", int)
MuteId = NewType("MuteId", int)
BulkReadId = NewType("BulkReadId", int)
SessionId = NewType("SessionId", int)
InvitationId = NewType("InvitationId", int)
ApiTokenId = NewType("ApiTokenId", int)
CommentId = NewType("CommentId", int)
ScheduleId = NewType("ScheduleId", int)
AddressId = NewType("AddressId", int)
EditionId = NewType("EditionId", int)
PostId = NewType("PostId", int)
