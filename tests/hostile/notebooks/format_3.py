"""Hands in a notebook of the format of 2013, which holds no marks of nbgrader.
Must: says -> was deleted
"""


def notebook(document):
    cells = [
        {"cell_type": "code", "input": cell["source"], "language": "python", "outputs": [], "metadata": cell["metadata"]}
        for cell in document["cells"][:2]
    ]
    worksheets = [{"cells": cells, "metadata": {}}]
    return course.raw({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": worksheets})
