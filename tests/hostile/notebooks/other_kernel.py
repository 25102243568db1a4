"""Asks for a kernel of another language.
Must: ungraded -> asks for the kernel
"""


def notebook(document):
    document["metadata"]["kernelspec"] = {"name": "bash", "language": "bash", "display_name": "Bash"}
