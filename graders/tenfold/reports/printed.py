"""Text for a terminal or a log: one way to print what a learner may have written."""

from __future__ import annotations

import os
import secrets

from .formats.annotations import quiet


def say(text: str) -> None:
    """Print text; for a GitHub runner so that nothing in it can command it."""
    print(guarded(text), flush=True)


def guarded(text: str) -> str:
    """Return text as it may be printed here: a GitHub runner reads commands in what a step prints."""
    return quiet(text, secrets.token_hex(16)) if "GITHUB_ACTIONS" in os.environ else text
