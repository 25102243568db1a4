"""Reads what another student has handed in, and lists who has.
Must: try -> FileNotFoundError, PermissionError
Layer: bubblewrap, landlock
"""

# %% try
open(WORLD["place"] + "/submitted/ada/tiny/tiny.ipynb").read()

# %% try
import os

os.listdir(WORLD["place"] + "/submitted")

# %% try
import os

os.scandir(WORLD["place"])
