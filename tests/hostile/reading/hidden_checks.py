"""Imports the hidden checks and looks for them beside the public ones, which do lie here.
Must: try -> ModuleNotFoundError, FileNotFoundError, PermissionError
"""

# %% try
import autograder.hidden

# %% try
import autograder.hidden.fewshot.prototypes

# %% try
import os

import autograder

os.listdir(os.path.join(os.path.dirname(autograder.__file__), "hidden"))

# %% try
open(WORLD["checkout"] + "/autograder/hidden/fewshot/prototypes.py").read()

# %% try
import sys

sys.path.insert(0, WORLD["checkout"])
import reference
