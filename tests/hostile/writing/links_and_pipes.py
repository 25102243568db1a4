"""Plants links, pipes and sockets where the grader might walk into them.
Must: try -> FileNotFoundError, PermissionError, OSError
Layer: bubblewrap, landlock
"""

# %% try
import os

os.symlink("/etc/passwd", WORLD["place"] + "/link")

# %% try
import os

os.mkfifo(WORLD["place"] + "/pipe")

# %% try
import os

os.mkdir(WORLD["place"] + "/folder")

# %% try
import os

os.link("/etc/hostname", WORLD["place"] + "/hard")
