"""Imports the reference solutions, and searches every directory it can list for them.
Must: try -> ModuleNotFoundError, FileNotFoundError
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

found = [name for place, folders, files in os.walk("/") for name in (*folders, *files) if name == "reference"]
if not [name for name in found if os.path.exists(name + "/prototypical.py")]:
    raise FileNotFoundError(found)
