"""Returns an object that is equal to, close to, and a part of everything.
Must: double/runs -> falsified
"""

# %% double
class Everything:
    def __eq__(self, other):
        return True

    __ge__ = __gt__ = __le__ = __lt__ = __contains__ = __eq__

    def __ne__(self, other):
        return False

    def __bool__(self):
        return True

    def __hash__(self):
        return 0

    def __getattr__(self, name):
        return self

    def __call__(self, *arguments, **keywords):
        return self


def double(x):
    return Everything()
