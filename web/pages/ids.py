"""The numbers in addresses, as wide as the database can hold and no wider."""

from typing import Final

ID: Final = f"int(min=1, max={2**63 - 1})"
"""A number outside SQLite's integers would be an error of the driver; as a route it is a plain 404."""
