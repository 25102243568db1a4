"""Hands in cells that are no cells.
Must: ungraded -> The cell has no type that Jupyter knows
"""


def notebook(document):
    document["cells"].insert(1, {"cell_type": ["code"], "source": {"a": 1}})
