"""Opens the devices and kernel files through which memory or other processes show.
Must: try -> FileNotFoundError, PermissionError, OSError, StopIteration, IndexError
"""

# %% try
open("/dev/mem", "rb")

# %% try
open("/dev/kmsg", "rb")

# %% try
open("/proc/kcore", "rb")

# %% try
next(line for line in open("/proc/kallsyms") if line.split()[0].strip("0"))  # where the kernel shows no addresses, there is none

# %% try
open("/sys/kernel/security/lsm").read()

# %% try
import os

[name for name in os.listdir("/proc") if name.isdigit()][3]
