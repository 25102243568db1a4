"""Reads what machines tell about their people: accounts, keys, history, cloud metadata.
Must: try -> FileNotFoundError, PermissionError, URLError
"""

# %% try
open("/etc/passwd").read()

# %% try
open("/etc/shadow").read()

# %% try
import os

os.listdir("/home")

# %% try
import os

os.listdir("/root")

# %% try
import urllib.request

urllib.request.urlopen("http://169.254.169.254/latest/meta-data/", timeout=1)
