"""Opens the scratch directory of another submission that is being graded at the same time, whose name it was told.
Must: try -> FileNotFoundError, PermissionError
Layer: own scratch, landlock
"""

# %% try
open(WORLD["sibling"] + "/mine").read()

# %% try
import os

os.listdir(WORLD["sibling"])

# %% try
open(WORLD["sibling"] + "/mine", "w").write("another answer")

# %% try
import os

os.unlink(WORLD["sibling"] + "/mine")
