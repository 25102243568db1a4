"""Makes device nodes, and writes to those that are there.
Must: try -> PermissionError, FileNotFoundError, OSError
"""

# %% try
import os
import stat

os.mknod("disk", stat.S_IFBLK | 0o666, os.makedev(8, 0))

# %% try
open("/proc/sys/kernel/core_pattern", "w")

# %% try
open("/proc/self/oom_score_adj", "w").write("-1000")

# %% try
open("/proc/sysrq-trigger", "w").write("b")

# %% try
import os

open(f"/proc/{os.getppid()}/oom_score_adj", "w").write("1000")
