"""Hangs in native code that never looks at signals and never gives up the interpreter's lock.
Must: double/runs -> timed_out
"""

# %% double
def double(x):
    import re

    return re.match(r"(a*)*b", "a" * 40)
