"""All that runs beside student code. Imports: standard library, torch, numpy, IPython, the wire, fixtures."""
