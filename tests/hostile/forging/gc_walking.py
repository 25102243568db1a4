"""Finds every object of the worker through the garbage collector, and spoils those that look like rules.
Must: double/doubles -> falsified, crashed, raised, missing, timed_out
"""

# %% before
import gc

for thing in gc.get_objects():
    name = type(thing).__module__
    if name.startswith("autograder.") and hasattr(thing, "__dict__"):
        for key in list(vars(thing)):
            if key in ("cap", "items", "bytes"):
                try:
                    setattr(thing, key, 10**12)
                except Exception:
                    pass
