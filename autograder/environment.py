"""Names of environment variables that more than one room reads."""

JAIL = "FEWLABELS_JAIL"  # set where a notebook is graded or checked as a whole: check(...) in a cell does nothing
DEVICE = "FEWLABELS_DEVICE"  # "cuda" in the environment of a jail that admits the machine's GPU
