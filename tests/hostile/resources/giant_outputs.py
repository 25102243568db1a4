"""Shows giant and many outputs: texts, pictures, displays, tracebacks, an endless representation.
Must: try -> done, ValueError, MemoryError, TimedOut, RecursionError
"""

# %% try
from IPython.display import HTML, display

display(HTML("<b>x</b>" * 100_000))

# %% try
from IPython.display import HTML, display

for _ in range(500):
    display(HTML("<i>x</i>"))

# %% try
raise ValueError("x" * 10_000_000)

# %% try
def deep(n):
    return deep(n + 1)


deep(0)
