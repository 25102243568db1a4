"""Many submissions: found, graded by one process or many, each result written whole or not at all, nothing done twice.

finding     what was handed in, in nbgrader's directories
work        one submission as a task that may travel: to this process, to another, to another machine
crews       who works: this process, some of its own, a dask cluster; all of them concurrent.futures executors
nursery     imported by the process that workers are forked from: inputs are drawn there, once
journal     what was found before, by content: only what has changed is graded again
running     tasks to the crew, results from it as they come, until done or told to stop
writing     results and pages
"""

from autograder.classroom.crews import Alone, Cluster, Crew, Elsewhere, Local
from autograder.classroom.finding import SUBMITTED, Submission, submissions
from autograder.classroom.journal import Journal
from autograder.classroom.running import Stop, grade, results, without_writing
from autograder.classroom.work import Done, Job, Task
from autograder.classroom.writing import (
    WORKSHOP,
    outline,
    pages,
    render,
    replace,
    result_path,
    sweep,
    write,
    write_class_page,
    write_pages,
    written,
)

__all__ = [
    "SUBMITTED",
    "WORKSHOP",
    "Alone",
    "Cluster",
    "Crew",
    "Done",
    "Elsewhere",
    "Job",
    "Journal",
    "Local",
    "Stop",
    "Submission",
    "Task",
    "grade",
    "outline",
    "pages",
    "render",
    "replace",
    "result_path",
    "results",
    "submissions",
    "sweep",
    "without_writing",
    "write",
    "write_class_page",
    "write_pages",
    "written",
]
