"""Points for a learning platform: files as Moodle's and Canvas's importers expect them, and plain CSV.

    marks.py    what there is to export: points by student, and who still waits for a person
    roster.py   the platform's own list of students, and who of ours is who of theirs; nobody is guessed
    moodle.py, canvas.py, plain.py   one platform each: marks and roster -> rows
    export.py   the three behind one function, and what could not be exported

nbgrader's door to the same is `nbgrader_bridge.exporting`.
"""
