"""Gives all cells the same id.
Must: score -> same
"""


def notebook(document):
    for cell in document["cells"]:
        cell["id"] = "same"
