"""Hands in bytes that are no text of any encoding.
Must: ungraded -> it is not UTF-8 text
"""


def notebook(document):
    return bytes(range(128, 256)) * 100
