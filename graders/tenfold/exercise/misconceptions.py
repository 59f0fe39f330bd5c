"""The shared list of wrong ideas, so that a class report can add them up."""

from __future__ import annotations

from pathlib import Path

from ..files import read_toml


def misconceptions() -> dict[str, str]:
    """Return the shared list of wrong ideas: key and one line each."""
    table = read_toml(Path(__file__).with_name("misconceptions.toml"))
    return {key: str(line) for key, line in table.items()}
