"""Work that nbgrader does again for every cell or every look into the grade book, done once while a class is recorded.

    one connection    nbgrader opens the grade book a dozen times per submission, and each time looks for all its tables
    one validator     of metadata and of notebooks; jsonschema checks the schema itself again for every cell
    one commit        per notebook instead of one per cell: all of a submission's points stand in the grade book, or none

Within `once` only; nbgrader's own commands are what they were.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import jsonschema  # type: ignore[import-untyped]
from nbgrader.api import Gradebook
from nbgrader.nbgraderformat import common
from sqlalchemy.orm import scoped_session, sessionmaker

_VALIDATOR = "NBFORMAT_VALIDATOR"


@contextmanager
def once() -> Iterator[None]:
    """Do once what nbgrader does again for every submission, inside and in this thread of work. May be nested."""
    with ExitStack() as stack:
        if not getattr(Gradebook, "shared_by_fewlabels", False):
            stack.enter_context(_one_connection())
        stack.enter_context(patch.object(common, "jsonschema", SimpleNamespace(validate=_validate)))
        stack.enter_context(patch.dict(os.environ, {_VALIDATOR: "fastjsonschema"}))
        yield


@contextmanager
def _one_connection() -> Iterator[None]:
    engines: dict[tuple[str, str], Any] = {}
    open_anew: Callable[..., None] = Gradebook.__init__

    def start(self: Any, db_url: str, course_id: str = "default_course", authenticator: Any = None) -> None:
        if (db_url, course_id) not in engines:
            open_anew(self, db_url, course_id, authenticator)
            engines[db_url, course_id] = self.engine
            return
        self.engine = engines[db_url, course_id]
        self.db = scoped_session(sessionmaker(autoflush=True, bind=self.engine, future=True))
        self.course_id, self.authenticator = course_id, authenticator

    def close(self: Any) -> None:
        self.db.remove()

    changes: Any = {"__init__": start, "close": close, "shared_by_fewlabels": True}
    try:
        with patch.multiple(Gradebook, create=True, **changes):
            yield
    finally:
        for engine in engines.values():
            engine.dispose()


def _validate(instance: Any, schema: dict[str, Any]) -> None:
    _validator(common.json.dumps(schema, sort_keys=True)).validate(instance)


@lru_cache
def _validator(schema: str) -> Any:
    read = common.json.loads(schema)
    return jsonschema.validators.validator_for(read)(read)
