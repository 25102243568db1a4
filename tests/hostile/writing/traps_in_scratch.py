"""Fills its scratch with what hurts whoever cleans up: links out, deep folders, odd names, closed folders, pipes.
Must: try -> done, PermissionError, OSError; score -> same
"""

# %% try
import os

os.symlink(WORLD["place"], "out")
os.symlink("/", "root")
os.symlink("loop", "loop")

# %% try
import os

top = os.getcwd()
for depth in range(200):
    os.mkdir("d" * 100)
    os.chdir("d" * 100)
os.chdir(top)

# %% try
import os

os.mkdir(b"\xff\xfe \x1b[2J")
os.mkdir("closed", 0o000)
os.mkdir("-rf")

# %% try
import os

os.mkfifo("pipe")
