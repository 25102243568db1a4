"""Opens the scratch directory of another submission that is being graded at the same time, whose path it was told.
Must: try -> FileNotFoundError, PermissionError
Layer: own scratch, landlock
"""

# %% before
import os


def not_mine(path):
    if os.path.realpath(path).startswith(os.getcwd()):
        raise FileNotFoundError("there is my own file system")
    return path


# %% try
open(not_mine(WORLD["sibling"] + "/mine")).read()

# %% try
os.listdir(not_mine(WORLD["sibling"]))

# %% try
open(not_mine(WORLD["sibling"] + "/mine"), "w").write("another answer")

# %% try
os.unlink(not_mine(WORLD["sibling"] + "/mine"))
