"""Looks for secrets in its environment, and in the environments of the processes above it.
Must: try -> PermissionError, FileNotFoundError, KeyError
"""

# %% try
import os

[value for name, value in os.environ.items() if "TOKEN" in name or "SECRET" in name or "PATH_TO" in name][0:1] or {}["none"]

# %% try
print(open(f"/proc/{WORLD['grader']}/environ").read())

# %% try
import os

print(open(f"/proc/{os.getppid()}/environ").read())

# %% try
print(open(f"/proc/{WORLD['zygote']}/environ").read())
