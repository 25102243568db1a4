"""What people read: a `Score` as text, as HTML with pictures, as JSON; for a student, for staff, for a class.

    json.py       Score <-> the JSON result (schema 1)
    audience.py   the one place where something is withheld from a reader
    view.py       a Score in words and numbers, ready to be laid out (exercise_view.py: one exercise of it)
    phrases.py    the sentences and marks; sanitise.py: foreign text made showable
    csv.py        tables whose cells no spreadsheet runs
    class_summary.py  what is counted over a class
    text.py       terminal and plain text; class_text.py: the table of a class
    html.py       the student's page and the fragment inside a notebook; class_page.py: the page of a class
    pictures/     plain data of a counterexample -> SVG

Everything here is a pure function of a `Score`. Names, messages and values come from students and from file
systems: all of it is hostile, so it passes `sanitise` and Jinja2's autoescape before anybody sees it.
"""
