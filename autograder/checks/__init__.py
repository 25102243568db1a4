"""Shipped to students: one file per assignment, laws only. No formula of a solution stands in here."""
