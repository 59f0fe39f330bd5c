"""Numbers as people read them."""

from terse.counts import count
from terse.durations import clock, duration
from terse.parsing import parse_duration, parse_size
from terse.progress import progress
from terse.sizes import size

__all__ = ["clock", "count", "duration", "parse_duration", "parse_size", "progress", "size"]
