"""Replaces the shell that runs the cells: its methods, its namespace, its displays.
Must: double/runs -> holds, missing, falsified, crashed, timed_out
"""

# %% before
shell = get_ipython()
type(shell).run_cell = lambda self, *arguments, **keywords: type("R", (), {"error_before_exec": None, "error_in_exec": None})()
shell.display_pub.publish = None
