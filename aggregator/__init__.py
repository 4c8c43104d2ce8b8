"""Broadfold pulls news feeds, groups the articles by event, and keeps one story per event."""

__version__ = "0.1.0"
