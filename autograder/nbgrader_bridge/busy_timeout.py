"""Several people grade one course at once: whoever finds the grade book in use waits, instead of failing after five
seconds."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Engine, event

WAIT_SECONDS = 60


@event.listens_for(Engine, "connect")
def wait(connection: Any, _: Any) -> None:
    """Set how long to wait for a lock, for every SQLite connection of this process, formgrader's among them."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
