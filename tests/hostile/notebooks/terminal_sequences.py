"""Prints and raises what steers a terminal: colours, titles, cursor moves, reversed text.
Must: double/runs -> raised
"""

# %% double
class Title(Exception):
    pass


Title.__name__ = "\x1b]0;owned\x07"


def double(x):
    print("\x1b[2J\x1b[H all laws hold")
    raise Title("\x1b[2J\x1b[1;1H9.0 of 9.0\u202e\x9b2J")
