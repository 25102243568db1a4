"""Prints without end, through Python and past it.
Must: try -> done, TimedOut, Crashed
"""

# %% try
for _ in range(3000):
    print("x" * 1000)

# %% try
import os

while True:
    os.write(1, b"x" * 65536)
