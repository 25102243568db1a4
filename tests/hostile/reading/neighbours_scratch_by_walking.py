"""Walks the worker's own frames and objects back to the zygote, which knew the scratch directories of all children.
Must: try -> FileNotFoundError, PermissionError
"""

# %% try
import gc
import os
import re
import sys

names = set()
frame = sys._getframe()
while frame is not None:
    for value in list(frame.f_locals.values()):
        children = getattr(value, "children", None)
        if isinstance(children, dict):
            names.update(str(getattr(child, "scratch", "")) for child in children.values())
    frame = frame.f_back
names.update(thing for thing in gc.get_objects() if isinstance(thing, str))
names = {name for name in names if re.fullmatch(r"/.*/[0-9a-f]{32}", name)}
if not names:
    raise FileNotFoundError("no name of a sibling's scratch")
read = [open(name + "/mine").read() for name in names if os.access(name + "/mine", os.R_OK)]
if not read:
    raise FileNotFoundError("names, and nothing behind them")
