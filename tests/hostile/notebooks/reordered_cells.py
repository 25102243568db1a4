"""Puts the cells into another order, the check cells first.
Must: double/doubles -> falsified, missing
"""


def notebook(document):
    document["cells"].reverse()
