"""Hands in a file of 100 MB, of which one text is all.
Must: ungraded -> The notebook is empty
"""


def notebook(document):
    return b'{"nbformat": 4, "cells": [], "x": "' + b"x" * (100 << 20) + b'"}'
