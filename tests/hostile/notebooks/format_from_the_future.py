"""Says that it has a format that does not exist.
Must: ungraded -> cannot be converted
"""


def notebook(document):
    document["nbformat"] = 10**9
