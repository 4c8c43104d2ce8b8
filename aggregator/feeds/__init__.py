"""The room that turns a feed's address into articles: fetch, parse, normalise, decide, store."""
