"""nbgrader's settings for this course; nbgrader supplies `get_config`. Another course needs `configure` only."""

from autograder.nbgrader_bridge import configure

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.CourseDirectory.source_directory = "assignments"

# Trained weights are handed in beside the notebook; a file of that name in assignments/ does not replace them.
c.Autograde.exclude_overwriting = {"fewshot": ["fewshot.safetensors"]}

configure(c)
