"""Lets `python -m aggregator.cli` stand for `broadfold`."""

from aggregator.cli import main

main()
