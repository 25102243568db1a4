"""Recognises inputs: answers right where it has seen the question before, in a file, a global or another process.
Must: double/doubles -> falsified
"""

# %% double
import os

seen = []


def double(x):
    if os.path.exists("asked"):
        return 2 * x if any(torch.equal(x, each) for each in seen) else x + x.abs()
    seen.append(x.clone())
    if len(seen) > 10:
        open("asked", "w").close()
    return x + x.abs()
