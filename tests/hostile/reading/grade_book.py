"""Reads the grade book of the course by its path, over hard and soft links, and by descriptors.
Must: try -> FileNotFoundError, PermissionError, OSError
Layer: bubblewrap, landlock
"""

# %% try
open(WORLD["place"] + "/gradebook.db").read()

# %% try
import os

os.symlink(WORLD["place"] + "/gradebook.db", "soft")
open("soft").read()

# %% try
import os

os.link(WORLD["place"] + "/gradebook.db", "hard")
open("hard").read()

# %% try
import os

folder = os.open(WORLD["place"], os.O_PATH)
open(os.open("gradebook.db", os.O_RDONLY, dir_fd=folder)).read()

# %% try
import os

descriptor = os.open(WORLD["place"] + "/gradebook.db", os.O_PATH)
open(f"/proc/self/fd/{descriptor}").read()
