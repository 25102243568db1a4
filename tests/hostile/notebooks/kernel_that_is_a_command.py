"""Names a kernel that is a path, a command and a terminal sequence.
Must: score -> same
"""


def notebook(document):
    document["metadata"]["kernelspec"] = {"name": "../../bin/sh; rm -rf /\x1b[2J", "argv": ["/bin/sh"]}
