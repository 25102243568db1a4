"""The class report: what instructors want to know about an assignment, from results that are there already.

collecting.py   .autograder/results and timings -> entries; nothing is graded again
statistics.py   spread, difficulty, discrimination: pure functions of numbers
mistakes.py     which submissions made the same mistake
analysis.py     entries -> Report, the one thing that page, tables and JSON are made of
charts.py       inline SVG whose bars are links
links.py        the submissions behind each figure, as pages to link to
page.py         Report -> HTML
tables.py       Report -> CSV and JSON
writing.py      all of it into DIR/.autograder/reports/ASSIGNMENT/
"""
