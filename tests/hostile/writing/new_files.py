"""Leaves files wherever somebody might pick them up.
Must: try -> FileNotFoundError, PermissionError, OSError
Layer: bubblewrap, landlock
"""

# %% try
open(WORLD["place"] + "/new", "w")

# %% try
open("/tmp/" + WORLD["mark"], "w")

# %% try
open("/dev/shm/" + WORLD["mark"], "w")

# %% try
open("/" + WORLD["mark"], "w")

# %% try
open("/var/tmp/" + WORLD["mark"], "w")

# %% try
import os

open(os.path.join(os.path.dirname(os.__file__), WORLD["mark"] + ".py"), "w")

# %% try
import autograder

open(autograder.__file__, "a")

# %% try
import torch

open(torch.__file__, "a")
