"""Starts threads without end.
Must: try -> Crashed, RuntimeError
"""

# %% try
import threading
import time

for _ in range(5000):
    threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()
time.sleep(2)
