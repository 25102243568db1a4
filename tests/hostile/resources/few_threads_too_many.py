"""Starts some threads more than a submission may have.
Must: try -> Crashed
Layer: looks
"""

# %% try
import threading
import time

for _ in range(90):
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
time.sleep(1)
