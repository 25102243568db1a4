"""Lists the directory of all scratches, and goes through every name that a listing could give.
Must: try -> PermissionError, FileNotFoundError
Layer: unlistable scratch
"""

# %% try
import os

found = [name for name in os.listdir("..") if name != os.path.basename(os.getcwd())]
if not found:
    raise FileNotFoundError("no scratch but mine")

# %% try
import glob
import os

if not [path for path in glob.glob("../*/mine") if not os.path.samefile(os.path.dirname(path), ".")]:
    raise FileNotFoundError("no scratch but mine")
