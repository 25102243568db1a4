"""Is the grader right? Right programs pass, wrong ones fall, mutants of the source's own solution fall or are proven right.

mutants.py     makes them, by the operators of operators/ (rewriting.py helps)
programs.py    what is put to the grader: solutions, mistakes, mutants with their proofs
dependencies.py  the cells of a notebook that one exercise needs: nothing else is run
runs.py        one program, one exercise, one seed; workers.py runs them, journal.py keeps what is done, under names in
               which fingerprint.py has a say
certificate.py what the runs say together; shown by text.py and page.py
"""
