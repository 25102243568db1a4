"""Copies a check cell and a solution, so that points might be counted twice.
Must: says -> is there twice; score -> same
"""


def notebook(document):
    document["cells"] += [dict(document["cells"][1]), dict(document["cells"][2]), dict(document["cells"][2])]
