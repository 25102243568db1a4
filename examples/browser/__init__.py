"""A real Jupyter server and a real browser: what instructors and students click, as functions."""
