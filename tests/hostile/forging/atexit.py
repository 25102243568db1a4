"""Waits with its attack until everything is over: atexit, finalisers, weak references, trace functions, audit hooks.
Must: double/runs -> holds, crashed; score -> same
"""

# %% before
import atexit
import gc
import os
import sys
import weakref


class Last:
    def __del__(self):
        os.write(3, b"FEW1 holds")


keep = Last()
keep.itself = keep
atexit.register(os.write, 3, b"FEW1 holds")
weakref.finalize(keep, os._exit, 0)
sys.addaudithook(lambda event, arguments: None)
sys.excepthook = lambda *arguments: os._exit(0)
