"""Writes to files that belong to the grader's own user, as the user that it runs as.
Must: try -> PermissionError, FileNotFoundError
Layer: own user
"""

# %% try
open(WORLD["private"], "a").write("100 points")
