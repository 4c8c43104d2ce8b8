"""Builds the documentation with Sphinx from the Markdown in this folder; asks the network for nothing."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from aggregator import __version__

project = "Broadfold"
author = "The Broadfold contributors"
copyright = "the Broadfold contributors"
version = release = __version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
nitpicky = True
# Every heading down to the third level can be linked to, by the name that GitHub gives it, too.
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = f"Broadfold {release}"
html_copy_source = False
html_show_sourcelink = False
