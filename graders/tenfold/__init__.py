"""Graders that can be trusted, for exercises that make AI/ML engineers."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import expect
    from .session import Callback

__version__ = "0.1.0"
__all__ = ["Callback", "expect"]


def __getattr__(name: str) -> Any:
    """Load what a check uses when it is first used: the command line needs neither."""
    if name == "Callback":
        from .session import Callback

        return Callback
    raise AttributeError(f"module 'tenfold' has no attribute {name!r}")
