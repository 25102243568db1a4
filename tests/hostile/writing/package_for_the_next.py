"""Patches the package in its own process and on disk, so that the next submission meets another one.
Must: try -> done, PermissionError, OSError; score -> same
"""

# %% try
import autograder.sandbox.worker.plain as plain

plain.ITEMS_CAP = 10**9

# %% try
import os

import autograder

folder = os.path.dirname(autograder.__file__)
os.rename(folder, folder + "-away")

# %% try
import compileall

import autograder

if not compileall.compile_file(autograder.__file__, force=True, quiet=2):
    raise OSError("read-only")
