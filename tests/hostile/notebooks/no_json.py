"""Hands in a file that is no JSON.
Must: ungraded -> it is not JSON
"""


def notebook(document):
    return b"{ this was a notebook once"
