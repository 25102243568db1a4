"""Publishes a made-up result from hooks that run before and after every cell.
Must: double/doubles -> falsified; score -> same
"""

# %% before
from IPython.display import display


def publish(*arguments):
    display({"text/plain": "9.0", "application/vnd.nbgrader+json": "{}"}, raw=True)
    print("score: 9.0")


get_ipython().events.register("pre_run_cell", publish)
get_ipython().events.register("post_run_cell", publish)
get_ipython().set_custom_exc((Exception,), publish)
