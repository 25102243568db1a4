"""Fills its scratch with what hurts whoever cleans up: pipes, links out, deep folders, odd names, closed folders.
Must: try -> done, OSError; score -> same
"""

# %% try
import os

os.mkfifo("pipe")
os.symlink(WORLD["place"], "out")
os.symlink("/", "root")
os.symlink("loop", "loop")

# %% try
import os

for depth in range(600):
    os.mkdir("d" * 100)
    os.chdir("d" * 100)

# %% try
import os

os.mkdir(b"\xff\xfe \x1b[2J")
os.mkdir("closed", 0o000)
os.mkdir("-rf")
