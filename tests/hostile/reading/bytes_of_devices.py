"""Opens the devices and kernel files through which memory or other processes show.
Must: try -> FileNotFoundError, PermissionError, OSError
"""

# %% try
open("/dev/mem", "rb")

# %% try
open("/dev/kmsg", "rb")

# %% try
open("/proc/kcore", "rb")

# %% try
open("/proc/kallsyms").read()

# %% try
open("/sys/kernel/security/lsm").read()

# %% try
import os

[name for name in os.listdir("/proc") if name.isdigit()][3]
