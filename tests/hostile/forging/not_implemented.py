"""Raises whatever an honest unfinished solution raises, from a class of the same name.
Must: double/runs -> missing, raised
"""

# %% double
class NotImplementedError(Exception):
    def __eq__(self, other):
        return True


def double(x):
    raise NotImplementedError("holds")
