"""The command `autograder`: one file per subcommand, small ones together."""

from autograder.cli.app import main

__all__ = ["main"]
