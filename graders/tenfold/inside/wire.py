"""Frames between grader and worker: size-limited, one deadline each, never pickle.

A frame is ``u32`` header length, ``u64`` total buffer length (network order), a JSON header
``{"m": message, "b": [buffer lengths]}`` and the raw buffers.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

from .values import Decoder, Encoder, Refer, Resolve, WireError

__all__ = ["Channel", "WireError", "pack"]

HEAD = struct.Struct("!IQ")
MAX_HEADER = 64 << 20
MAX_BUFFERS = 512 << 20
MAX_COUNT = 4096


def pack(message: Any, refer: Refer) -> list[Any]:
    """Return a frame as parts to send one after the other.

    Raises
    ------
    TypeError, ValueError
        The message holds something that cannot cross, or too much of it.
    """
    encoder = Encoder(refer)
    body = encoder.value(message)
    sizes = [memoryview(b).nbytes for b in encoder.buffers]
    header = json.dumps({"m": body, "b": sizes}).encode()
    if len(header) > MAX_HEADER or sum(sizes) > MAX_BUFFERS or len(sizes) > MAX_COUNT:
        raise ValueError("the value is too large to cross")
    return [HEAD.pack(len(header), sum(sizes)), header, *encoder.buffers]


class Channel:
    """One end of the stream between grader and worker; one deadline holds for a whole frame."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, message: Any, refer: Refer, deadline: float | None = None) -> None:
        """Send one message; `TypeError` or `ValueError` before the first byte when it cannot cross."""
        for part in pack(message, refer):
            self._wait(deadline)
            self._sock.sendall(part)

    def receive(self, resolve: Resolve, deadline: float | None = None) -> Any:
        """Return the next message.

        Raises
        ------
        EOFError
            The other side is gone.
        TimeoutError
            The deadline (`time.monotonic` seconds) passed before the whole frame was there.
        WireError
            The bytes are not a frame of this protocol.
        """
        length, total = HEAD.unpack(self._read(HEAD.size, deadline))
        if length > MAX_HEADER or total > MAX_BUFFERS:
            raise WireError("the frame is too large")
        raw = self._read(length, deadline)
        try:
            header = json.loads(raw)
            sizes = header["b"]
            if len(sizes) > MAX_COUNT or not all(type(n) is int and n >= 0 for n in sizes) or sum(sizes) != total:
                raise WireError("bad buffer sizes")
        except WireError:
            raise
        except Exception as error:
            raise WireError(f"bad header: {type(error).__name__}") from None
        buffers = [self._read(n, deadline) for n in sizes]
        try:
            return Decoder(resolve, buffers).value(header["m"])
        except WireError:
            raise
        except Exception as error:  # whatever a hostile header provokes is a violation, not a crash
            raise WireError(f"bad message: {type(error).__name__}") from None

    def close(self) -> None:
        """Close this end."""
        self._sock.close()

    def _wait(self, deadline: float | None) -> None:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)

    def _read(self, size: int, deadline: float | None) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            self._wait(deadline)
            got = self._sock.recv_into(view[: 1 << 20])
            if not got:
                raise EOFError
            view = view[got:]
        return data
