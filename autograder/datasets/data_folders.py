"""Where data sets lie on this machine."""

from __future__ import annotations

import os
from pathlib import Path

DATA_VARIABLE = "FEWLABELS_DATA"
OMNIGLOT_VARIABLE = "FEWLABELS_OMNIGLOT"


def data_folder() -> Path:
    """Return where downloads go: $FEWLABELS_DATA, or else a folder in the user's cache. It need not exist yet."""
    if chosen := os.environ.get(DATA_VARIABLE):
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("fewlabels") / "data"


def omniglot_places(root: str | os.PathLike[str] | None = None) -> tuple[Path, ...]:
    """Return where to look for Omniglot: in `root` if given, else in $FEWLABELS_OMNIGLOT, then in the data folder."""
    if root is not None:
        return (Path(root).expanduser(),)
    chosen = os.environ.get(OMNIGLOT_VARIABLE)
    return (*([Path(chosen).expanduser()] if chosen else []), data_folder())
