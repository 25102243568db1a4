"""Edits a locked check cell, so that it prints what a passed check prints.
Must: says -> The locked cell double_checks was changed; score -> same
"""


def notebook(document):
    document["cells"][2]["source"] = "print('double: all laws hold')"
