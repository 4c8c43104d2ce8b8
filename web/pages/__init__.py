"""One blueprint a noun: each asks a service one question and renders the answer."""
