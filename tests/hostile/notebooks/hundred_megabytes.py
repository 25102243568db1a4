"""Hands in a file of 100 MB.
Must: ungraded -> Clear the outputs
"""


def notebook(document):
    return b'{"nbformat": 4, "cells": [], "x": "' + b"x" * (100 << 20) + b'"}'
