"""The room that turns articles into stories: embed, fold copies, relate, group, track, describe, rank."""
