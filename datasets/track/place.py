"""A store in a submission's folder: filled, changed and looked into from outside of the submission."""

from __future__ import annotations

import json
import sys
from typing import Any

CHANGES = """
import json, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as connection:
    for statement, values in json.loads(sys.argv[2]):
        connection.execute(statement, values)
"""


class Place:
    """A store in the current folder of a submission, empty at first.

    Parameters
    ----------
    file
        Its name.
    submission, artefact, public
        The fixtures of a check.
    """

    def __init__(self, file: str, submission: Any, artefact: Any, public: Any) -> None:
        self._file, self._submission, self._artefact, self._public = file, submission, artefact, public
        self.uri = f"sqlite:///{file}"
        self.fill({})

    def fill(self, names: dict[str, dict[str, Any]]) -> None:
        """Put the history of registered models there, in place of what there was (see `make.draw`)."""
        self._submission.write(self._file, self._public("track", store=names))

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        rows = self._artefact("sqlite").query(self._submission.read(self._file), sql, parameters)
        return [tuple(row) for row in rows]

    def aliases(self) -> dict[tuple[str, str], int]:
        """Return the version of every alias, by the name of its model and its own."""
        rows = self.query("select name, alias, version from registered_model_aliases")
        return {(name, alias): version for name, alias, version in rows}

    def change(self, *statements: tuple[str, list[Any]]) -> None:
        """Change the store from another process, as somebody else would: statements of SQL with their values."""
        words = [sys.executable, "-I", "-S", "-c", CHANGES, self._file, json.dumps(statements)]
        assert self._submission.run(words).code == 0, "the store cannot be written any more"
