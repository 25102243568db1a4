"""Lies about what only the worker sees: patches the comparison of inputs and the look at the random generators.
Must: centre/centres -> holds; gain -> centre/inputs_stay, centre/generators_stay
"""

# %% before
import autograder.sandbox.worker.answer as answering

answering._Arguments.modified = lambda self: ()
answering._Generators.touched = lambda self: ()
