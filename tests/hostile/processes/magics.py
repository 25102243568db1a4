"""Runs programs with the notebook's own means: !commands, %%bash, %run, %system.
Must: try -> done, PermissionError, UsageError, BlockingIOError, FileNotFoundError, CalledProcessError; says -> Shell commands are not run; score -> same
"""

# %% try
!id

# %% try
%system id

# %% try
get_ipython().run_cell_magic("bash", "", "id > /tmp/fewlabels-hostile-magic")

# %% try
get_ipython().run_cell_magic("script", "python3", "open('/tmp/fewlabels-hostile-magic', 'w')")

# %% try
files = !ls /
