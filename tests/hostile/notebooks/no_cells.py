"""Hands in a notebook without cells.
Must: ungraded -> The notebook is empty
"""


def notebook(document):
    document["cells"] = []
