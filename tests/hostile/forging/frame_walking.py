"""Edits the worker's local variables on the stack: the token, the index, the list of calls that are still to be answered.
Must: double/doubles -> falsified, crashed, skipped
"""

# %% double
def double(x):
    import ctypes
    import sys

    here = sys._getframe()
    while here is not None:
        for name in ("call", "index", "frame"):
            if name in here.f_locals and here is not sys._getframe():
                here.f_locals[name] = 0
                ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(here), ctypes.c_int(1))
        here = here.f_back
    return x + x.abs()
