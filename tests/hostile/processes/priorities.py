"""Slows others down: their priority, their cores, their limits, their scheduling.
Must: try -> PermissionError, ProcessLookupError, OSError
Layer: bubblewrap, seccomp
"""

# %% try
import os

os.setpriority(os.PRIO_PROCESS, WORLD["victim"], 19)

# %% try
import os

os.sched_setaffinity(WORLD["victim"], {0})

# %% try
import resource

resource.prlimit(WORLD["victim"], resource.RLIMIT_CPU, (1, 1))

# %% try
import os

os.sched_setscheduler(WORLD["victim"], os.SCHED_IDLE, os.sched_param(0))
