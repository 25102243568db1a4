"""Leaves a grandchild that detaches itself and edits the grade book later.
Must: try -> PermissionError, BlockingIOError
"""

# %% try
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(2)
        open(WORLD["place"] + "/gradebook.db", "a").write("100 points")
    os._exit(0)

# %% try
import subprocess

subprocess.Popen(["sh", "-c", f"sleep 2; echo 100 >> {WORLD['place']}/gradebook.db"], start_new_session=True)
