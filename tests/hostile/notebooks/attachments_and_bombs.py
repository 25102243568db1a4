"""Hands in outputs and attachments of several megabytes, in types that viewers open.
Must: score -> same
"""


def notebook(document):
    bomb = {"image/svg+xml": "<svg>" + "<g>" * 10_000, "application/javascript": "alert(1)", "text/html": "<b>" * 100_000}
    document["cells"][1]["outputs"] = [{"output_type": "display_data", "data": bomb, "metadata": {}}]
    note = {"cell_type": "markdown", "source": "![x](attachment:x.svg)", "metadata": {}}
    note["attachments"] = {"x.svg": {"image/svg+xml": "PHN2Zz4=" * 100_000}}
    document["cells"].append(note)
