"""Hands in a hundred thousand cells.
Must: ungraded -> more than 2000
"""


def notebook(document):
    document["cells"] = document["cells"] + [{"cell_type": "code", "source": "x"}] * 100_000
