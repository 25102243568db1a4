"""Put the package of an sdist beside the installed ones, without building it: `unpack_sdist.py NAME VERSION`.

For peers whose wheel wants a compiler though what is needed is plain Python. Run by `tox run -e oracles`.
"""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

name, version = sys.argv[1:]
target = Path(sysconfig.get_paths()["purelib"])
download = [
    sys.executable,
    "-m",
    "pip",
    "download",
    "--quiet",
    "--no-deps",
    "--no-build-isolation",
    "--no-binary",
    name,
]
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([*download, "--dest", folder, f"{name}=={version}"], check=True)
    (archive,) = Path(folder).glob("*.tar.gz")
    with tarfile.open(archive) as members:
        wanted = [m for m in members if m.name.startswith(f"{name}-{version}/{name}/") and m.isfile()]
        metadata = members.extractfile(f"{name}-{version}/PKG-INFO")
        for member in wanted:
            member.name = member.name.partition("/")[2]
            members.extract(member, target, filter="data")
        # What importlib.metadata asks for, so that the version can be noted beside the vectors.
        about = target / f"{name}-{version}.dist-info"
        about.mkdir(exist_ok=True)
        (about / "METADATA").write_bytes(metadata.read() if metadata else b"")
print(f"{name} {version}: {len(wanted)} files")
