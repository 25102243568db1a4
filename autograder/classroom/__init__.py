"""Many submissions: found, graded by one process or many, each result written whole or not at all, nothing done twice.

handed_in   what was handed in, in nbgrader's directories
work        one submission as a task that may travel: to this process, to another, to another machine
executors   who works: this process, some of its own, a dask cluster; all of them concurrent.futures executors
preload     imported by the process that workers are forked from: inputs are drawn there, once
journal     what was found before, by content: only what has changed is graded again
run         tasks to the executor, results from it as they come, until done or told to stop
writing     results and pages
kept        where all that is kept of a student lies, and under which name
fence       what fails for one submission, and what fails for all
"""
