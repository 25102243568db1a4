"""Hands in JSON that is nested a hundred thousand lists deep.
Must: ungraded -> nested too deeply
"""


def notebook(document):
    return b'{"nbformat": 4, "cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
