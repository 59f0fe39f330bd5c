"""Frames between grader and worker: size-limited, within a time each, never pickle.

A frame is ``u32`` header length, ``u64`` total buffer length (network order), a JSON header in ASCII
``{"m": message, "b": [buffer lengths]}`` and the raw buffers. What the sender of a frame can make its receiver spend
is bounded: a second of work, and 16 bytes of memory for each byte received and 128 MB more (`values` has the caps).
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from .decode import Decoder
from .encode import Encoder
from .values import Refer, Resolve, WireError, survey

__all__ = ["Channel", "WireError", "pack", "unpack"]

HEAD = struct.Struct("!IQ")
MAX_HEADER = 32 << 20  # it is parsed in half a second
MAX_BUFFERS = 512 << 20
MAX_COUNT = 4096
STEP = 1 << 20
REST, WAKE, DONE = b"r", b"w", b"."  # between grader and keeper: stop the box, let it go on, it is so
USED = b"u"  # the question what time the box has had, and the first byte of the answer
TIMES = struct.Struct("!dd")  # the rest of the answer: seconds on processors, seconds not spent waiting

Until = float | Callable[[], float] | None
"""How long to wait: to a deadline (`time.monotonic` seconds), for ever, or as long as who is asked gives more seconds
and does not raise."""
T = TypeVar("T")


def pack(message: Any, refer: Refer) -> list[Any]:
    """Return a frame as parts to send one after the other.

    What cannot be written crosses as a handle in its place. The first try looks at no text, which is quick; where the
    frame then is none, a second one finds out which part it is.

    Raises
    ------
    TypeError, ValueError
        The message holds something that cannot cross, or too much of it.
    """
    try:
        return _packed(Encoder(refer), message)
    except ValueError:
        return _packed(Encoder(refer, careful=True), message)


def unpack(frame: bytes, resolve: Resolve) -> Any:
    """Return the message of a frame that `pack` made, its parts put together."""
    length, total = HEAD.unpack(frame[: HEAD.size])
    message, sizes = _header(bytearray(frame[HEAD.size : HEAD.size + length]), total)
    buffers, start = [], HEAD.size + length
    for size in sizes:
        buffers.append(bytearray(frame[start : start + size]))
        start += size
    return Decoder(resolve, buffers).value(message)


def _packed(encoder: Encoder, message: Any) -> list[Any]:
    try:
        body = encoder.message(message)
        sizes = [memoryview(b).nbytes for b in encoder.buffers]
        header = json.dumps({"m": body, "b": sizes}).encode()
        if len(header) > MAX_HEADER or sum(sizes) > MAX_BUFFERS or len(sizes) > MAX_COUNT:
            raise ValueError("the value is too large to cross")
        survey(header)
    except WireError as error:
        raise ValueError(str(error)) from None
    return [HEAD.pack(len(header), sum(sizes)), header, *encoder.buffers]


class Channel:
    """One end of the stream between grader and worker; one `Until` holds for a whole frame."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, message: Any, refer: Refer, until: Until = None) -> None:
        """Send one message; `TypeError` or `ValueError` before the first byte when it cannot cross."""
        for part in pack(message, refer):
            left = memoryview(part)
            left = left.cast("B") if left.nbytes else left[:0]
            while left:
                left = left[self._patiently(until, partial(self._sock.send, left[:STEP])) :]

    def receive(self, resolve: Resolve, until: Until = None) -> Any:
        """Return the next message.

        Raises
        ------
        EOFError
            The other side is gone.
        TimeoutError
            The deadline passed before the whole frame was there.
        WireError
            The bytes are not a frame of this protocol.
        """
        length, total = HEAD.unpack(self._read(HEAD.size, until))
        if length > MAX_HEADER or total > MAX_BUFFERS:
            raise WireError("the frame is too large")
        message, sizes = _header(self._read(length, until), total)
        decoder = Decoder(resolve, [self._read(n, until) for n in sizes])
        try:
            return decoder.value(message)
        except WireError:
            raise
        except Exception as error:  # whatever a hostile header provokes is a violation, not a crash
            raise WireError(f"bad message: {type(error).__name__}") from None

    def close(self) -> None:
        """Close this end."""
        self._sock.close()

    def _patiently(self, until: Until, act: Callable[[], T]) -> T:
        """Do something with the socket as soon as it can be done."""
        while True:
            left = until() if callable(until) else None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            self._sock.settimeout(left)
            try:
                return act()
            except TimeoutError:
                if not callable(until):
                    raise

    def _read(self, size: int, until: Until) -> bytearray:
        data = bytearray()  # it grows with what is there: a length alone costs nothing
        try:
            while len(data) < size:
                part = self._patiently(until, partial(self._sock.recv, min(size - len(data), STEP)))
                if not part:
                    raise EOFError
                data += part
        except ConnectionError:
            raise EOFError from None
        except MemoryError:
            raise WireError("the frame is too large") from None
        return data


def _header(raw: bytearray, total: int) -> tuple[Any, list[int]]:
    """Return the message and the sizes of its buffers."""
    try:
        survey(raw)
        header = json.loads(raw)
        sizes = header["b"]
        if header.keys() != {"m", "b"} or not isinstance(sizes, list) or len(sizes) > MAX_COUNT:
            raise WireError("bad header")
        if not all(type(n) is int and n >= 0 for n in sizes) or sum(sizes) != total:
            raise WireError("bad buffer sizes")
        return header["m"], sizes
    except WireError:
        raise
    except Exception as error:
        raise WireError(f"bad header: {type(error).__name__}") from None
