"""Writes into the marks of cells what nobody gave: points, tasks, grades, texts where numbers belong.
Must: score -> same
"""


def notebook(document):
    lies = {"points": 1e308, "grade": "yes", "task": True, "grade_id": ["double"], "schema_version": -1}
    document["cells"][0]["metadata"]["nbgrader"] = lies
    document["cells"][4]["metadata"]["nbgrader"].update(points=float("nan"), task=True)
    document["metadata"]["celltoolbar"] = {"score": 9.0}
