"""Mutation operators: how a right program goes wrong.

expression  one expression, by the slips that people make
form        the right value in the wrong form, at the wrong place, from the wrong source
statement   a whole statement: left out, made twice, made too late
value       a value on its way into a variable or out of a function
"""
