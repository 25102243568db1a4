"""Rewrites, empties and replaces the grade book.
Must: try -> FileNotFoundError, PermissionError, OSError, OperationalError
Layer: bubblewrap, landlock
"""

# %% try
open(WORLD["place"] + "/gradebook.db", "a").write("100 points")

# %% try
import os

os.truncate(WORLD["place"] + "/gradebook.db", 0)

# %% try
import os

os.unlink(WORLD["place"] + "/gradebook.db")

# %% try
import os

open("mine", "w").close()
os.rename("mine", WORLD["place"] + "/gradebook.db")

# %% try
import sqlite3

sqlite3.connect(WORLD["place"] + "/gradebook.db").execute("create table points (given)")
