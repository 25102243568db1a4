"""Changes modes, owners, times and attributes of files that it could open.
Must: try -> FileNotFoundError, PermissionError, OSError, done
Layer: bubblewrap, seccomp
"""

# %% try
import os

os.chmod(WORLD["place"] + "/gradebook.db", 0o000)

# %% try
import os

os.chmod(WORLD["place"], 0o700)

# %% try
import os

os.utime(WORLD["place"] + "/gradebook.db", (0, 0))

# %% try
import os

os.setxattr(WORLD["place"] + "/gradebook.db", "user.points", b"100")

# %% try
import os

os.chown(WORLD["place"] + "/gradebook.db", os.getuid(), os.getgid())

# %% try
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
path = (WORLD["place"] + "/gradebook.db").encode()
if libc.syscall(452, -100, path, 0, 0) < 0:  # fchmodat2, younger than most filters
    raise OSError(ctypes.get_errno(), "fchmodat2")
