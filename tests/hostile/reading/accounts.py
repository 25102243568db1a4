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

for name in (".bash_history", ".bashrc", ".profile", ".netrc", ".ssh/id_ed25519", ".ssh/authorized_keys"):
    try:
        open(os.path.join("/root", name)).read()
        break
    except OSError:
        pass
else:
    raise FileNotFoundError("root has nothing to read")

# %% try
import urllib.request

urllib.request.urlopen("http://169.254.169.254/latest/meta-data/", timeout=1)
