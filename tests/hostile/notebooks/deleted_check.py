"""Deletes the check cell of an exercise that it fails.
Must: says -> Cell double_checks was deleted; score -> same
"""


def notebook(document):
    document["cells"] = [cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") != "double_checks"]
