"""Imports the reference solutions, and looks for them beside everything that it may import.
Must: try -> ModuleNotFoundError, FileNotFoundError, PermissionError
"""

# %% try
import reference

# %% try
import importlib

importlib.import_module("reference.prototypical")

# %% try
open(WORLD["checkout"] + "/reference/prototypical.py").read()

# %% try
import os
import sys

places = [*sys.path, "/", "/fewlabels", "/srv", "/opt", os.getcwd()]
if not [place for place in places if os.path.exists(place + "/reference/prototypical.py")]:
    raise FileNotFoundError(places)
