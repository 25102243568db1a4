"""Switches training on again, behind the switch of the course.
Must: try -> done; score -> same
"""


def notebook(document):
    document["cells"].insert(1, course.cell("skip_training = False", tags=("parameters",)))
    document["cells"].append(course.cell("skip_training = False"))
