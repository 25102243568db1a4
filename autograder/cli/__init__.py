"""The command `autograder`: a file per subcommand, named in commands.py; app.py is the frame, main.py the entry."""
