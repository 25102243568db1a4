"""Walks the worker's own frames and objects back to the zygote, which knew the scratch directories of all children.
Must: try -> FileNotFoundError, PermissionError
Layer: own scratch, landlock
"""

# %% try
import gc
import os
import re
import sys

names = set()
frame = sys._getframe()
while frame is not None:
    for value in frame.f_locals.values():
        for child in getattr(value, "children", {}).values() if isinstance(getattr(value, "children", None), dict) else ():
            names.add(str(getattr(child, "scratch", "")))
    frame = frame.f_back
for thing in gc.get_objects():
    if isinstance(thing, str) and re.fullmatch(r"/.*/[0-9a-f]{32}", thing):
        names.add(thing)
names -= {"", os.getcwd()}
for name in names:
    print("found", os.listdir(name))
if not names:
    raise FileNotFoundError("no name of a sibling's scratch")
open(next(iter(names)) + "/mine").read()
