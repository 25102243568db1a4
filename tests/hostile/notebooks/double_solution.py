"""Adds a second solution of an exercise that is wrong, and a mark that says the right one counts.
Must: says -> is there twice; score -> same
"""


def notebook(document):
    again = dict(document["cells"][1])
    again["metadata"] = {**again["metadata"], "tags": ["solution", "correct", "injected-parameters"]}
    document["cells"].append(again)
