"""Hands in one cell of two megabytes.
Must: ungraded -> Keep data out of code cells
"""


def notebook(document):
    document["cells"][1]["source"] += "#" * (2 << 20)
