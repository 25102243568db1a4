"""Unlocks a check cell, edits it and gives it a hundred points.
Must: says -> The locked cell double_checks was changed; score -> same
"""


def notebook(document):
    document["cells"][2]["source"] = "9.0"
    document["cells"][2]["metadata"]["nbgrader"].update(locked=False, points=100, solution=True)
