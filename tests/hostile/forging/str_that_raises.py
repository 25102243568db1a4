"""Raises exceptions that cannot be printed, or whose printing attacks.
Must: double/runs -> raised; centre/centres -> raised
"""

# %% double
class Unprintable(Exception):
    def __str__(self):
        raise SystemExit

    __repr__ = __str__

    @property
    def __traceback__(self):
        raise KeyboardInterrupt


def double(x):
    raise Unprintable


# %% centre
class Meta(type):
    @property
    def __name__(cls):
        raise SystemExit

    def __repr__(cls):
        raise SystemExit


class Nameless(Exception, metaclass=Meta):
    def __str__(self):
        return "x" * 10_000_000 + "\x1b[2J"


def centre(x):
    raise Nameless
