"""Replaces builtins that everything around it uses.
Must: double/doubles -> falsified, raised, crashed, timed_out, skipped
"""

# %% before
import builtins

honest = builtins.isinstance
builtins.isinstance = lambda value, kind: True if type(value).__name__ == "Opaque" else honest(value, kind)
builtins.all = builtins.any = lambda values: True
builtins.abs = builtins.max = lambda *values, **keywords: 0
