"""Makes files without end, and folders, and links.
Must: try -> OSError, Crashed, TimedOut
Layer: own scratch
"""

# %% try
import os

for number in range(25_000):
    os.close(os.open(f"f{number}", os.O_CREAT | os.O_WRONLY))
