"""Hands in cells that are no cells.
Must: says -> read as plain text; score -> same
"""


def notebook(document):
    document["cells"].insert(1, {"cell_type": ["code"], "source": {"a": 1}})
