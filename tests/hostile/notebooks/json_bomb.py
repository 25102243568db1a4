"""Hands in JSON of a few megabytes that would become hundreds of megabytes of objects.
Must: ungraded -> items
"""


def notebook(document):
    return b'{"nbformat": 4, "metadata": [' + b"{}," * 6_000_000 + b"{}]" + b', "cells": []}'
