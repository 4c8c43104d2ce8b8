"""Measurements, one script a question, each beside its rival in the same run."""
