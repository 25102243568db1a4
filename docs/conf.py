"""The documentation site: `tox run -e docs` builds it, without a network. docs/_generate writes the pages from the code."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import autograder

project = "fewlabels"
release = autograder.__version__
language = "en"
extensions = ["myst_parser", "docs._generate"]
exclude_patterns = ["_build", "_generate"]

myst_heading_anchors = 4  # as GitHub makes them, so that a link holds in both places
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = "fewlabels"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
add_module_names = False
python_use_unqualified_type_names = True
maximum_signature_line_length = 90
pygments_style = "friendly"
highlight_language = "text"
