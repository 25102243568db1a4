"""Source -> release: what teaching assistants regenerate, and what must be true before students get it.

    building      all files of a release, as bytes that depend on the source alone
    notebook      the student version: variant, nbgrader's preprocessors, nothing left of editors
    wheel         the student wheel, repacked so that the same files give the same bytes
    requirements  exact versions of all that the wheel needs
    folder        the release folder changes in one step
    interface     what submissions rely on, and what changed of it
    leaks/        the leak scan
    validating    the source earns every point, the stub none, each exercise stands alone
    candidate     one assignment of one course, read once for everything below
    standalone    each exercise alone
    difference    what changed since the last release, cell by cell
    skeleton      a new assignment, from templates/

Staff only: the student wheel goes without this room, and it needs nbgrader.
"""
