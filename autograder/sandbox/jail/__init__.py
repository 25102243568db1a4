"""The walls of the boundary, one file per layer; profile.py says which of them this machine has."""
