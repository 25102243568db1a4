"""Is the grader right? Right programs pass, wrong ones fall, mutants of the source's own solution fall or are proven right.

subjects.py    what is put to the grader: solutions, mistakes, mutants (operators_*.py make them)
needs.py       the cells of a notebook that one exercise needs: nothing else is run
trials.py      one program, one exercise, one seed; workers.py runs them, journal.py keeps what is done
certificate.py what the trials say together; shown by text.py and page.py
"""
