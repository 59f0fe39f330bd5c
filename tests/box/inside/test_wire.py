"""Frames: one deadline each, closed limits, and every violation is a `WireError`."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from tenfold.box.inside import wire
from tenfold.box.inside.wire import HEAD, Channel, WireError


def refuse(value: object) -> dict[str, object]:
    raise TypeError("may not cross")


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours), theirs


def receive(channel: Channel, seconds: float = 60.0) -> object:
    return channel.receive(refuse, time.monotonic() + seconds)


def test_a_message_arrives_whole(pair):
    channel, other = pair
    message = {"id": "1", "ok": [np.arange(300_000), "text", {"a": None}]}
    sender = threading.Thread(target=Channel(other).send, args=(message, refuse))
    sender.start()
    back = receive(channel)
    sender.join()
    assert np.array_equal(back["ok"][0], message["ok"][0])
    assert back["ok"][1:] == message["ok"][1:]


def test_one_deadline_holds_for_the_whole_frame(monkeypatch):
    """The clock is one that only the bytes move."""
    now, bytes_left = [0.0], iter(HEAD.pack(1000, 0) + b" " * 1000)
    monkeypatch.setattr(wire, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def drip(_: int) -> bytes:
        now[0] += 0.25
        return bytes([next(bytes_left)])

    with pytest.raises(TimeoutError):
        Channel(SimpleNamespace(recv=drip, settimeout=lambda seconds: None)).receive(refuse, 10.0)
    assert now[0] == 10.0


def test_sending_to_one_who_does_not_read_ends_at_the_deadline(pair):
    channel, _ = pair
    with pytest.raises(TimeoutError):
        channel.send(np.zeros(4 << 20), refuse, time.monotonic() + 0.2)


def test_a_closed_stream_is_an_end_of_file(pair):
    channel, other = pair
    other.close()
    with pytest.raises(EOFError):
        receive(channel)


def test_a_stream_that_is_reset_is_an_end_of_file():
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(server.getsockname()) as ours:
        theirs, _ = server.accept()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        theirs.close()
        with pytest.raises(EOFError):
            receive(Channel(ours))


@pytest.mark.parametrize("text", ["\ud800", "\udc00\ud800", "a\ud83d", "\\\udc00"], ids=ascii)
def test_half_a_surrogate_pair_does_not_cross(text):
    with pytest.raises(TypeError, match="surrogate"):
        wire.pack({"text": [text]}, refuse)


@pytest.mark.parametrize("text", ["\U0001f600" * 3, "\\ud800", '\\"\\\\"[{,' * 200, "é\0\n\t/", "[" * 9_000])
def test_text_crosses_whatever_it_looks_like(pair, text):
    channel, other = pair
    Channel(other).send([text, {"k": (text,)}], refuse)
    assert receive(channel) == [text, {"k": (text,)}]


@pytest.mark.parametrize(
    "value", [[[]] * 300_000, [1] * 2_100_000, [(i,) for i in range(200_000)]], ids=["lists", "numbers", "tuples"]
)
def test_too_many_values_do_not_cross(value):
    with pytest.raises(TypeError, match="too large"):
        wire.pack(value, refuse)


@pytest.mark.parametrize(
    "frame",
    [
        struct.pack("!IQ", wire.MAX_HEADER + 1, 0),
        struct.pack("!IQ", 2, wire.MAX_BUFFERS + 1),
        HEAD.pack(4, 0) + b"oops",
        HEAD.pack(2, 0) + b"{}",
        HEAD.pack(2, 0) + b"[]",
        HEAD.pack(17, 9) + b'{"m":1,"b":[true]}',
        HEAD.pack(20, 5) + b'{"m": 1, "b": [4]}  ',
        HEAD.pack(100_000, 0) + b"[" * 100_000,
        HEAD.pack(24, 0) + b'{"m": {"t":1}, "b": []} ',
        HEAD.pack(22, 0) + b'{"m":1,"b":[],"more":1',
        HEAD.pack(23, 0) + b'{"m":1,"b":[],"more":1}',
        HEAD.pack(16, 0) + '{"m":"é","b":[]}'.encode("latin-1"),
        HEAD.pack(20, 0) + b'{"m":"\\ud800","b":[]}',
    ],
    ids=lambda f: repr(f[:24]),
)
def test_what_is_not_a_frame_is_a_violation(pair, frame):
    channel, other = pair
    other.sendall(frame)
    with pytest.raises(WireError):
        receive(channel)


def test_mutated_frames_never_do_more_than_fail(pair):
    good = b"".join(map(bytes, wire.pack({"id": "x", "ok": [1, (2.5, "a"), {"k": np.arange(3)}]}, refuse)))
    generator = random.Random(0)
    for _ in range(2000):
        frame = bytearray(good)
        for _ in range(generator.randint(1, 4)):
            frame[generator.randrange(len(frame))] = generator.randrange(256)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            theirs.sendall(frame)
            theirs.shutdown(socket.SHUT_WR)
            try:
                receive(Channel(ours))
            except (WireError, EOFError):
                continue


def test_what_cannot_cross_sends_nothing(pair):
    channel, other = pair
    with pytest.raises(TypeError):
        channel.send([1, object()], refuse)
    other.setblocking(False)
    with pytest.raises(BlockingIOError):
        other.recv(1)


def test_the_header_is_json_that_a_person_can_read():
    head, header, *_ = wire.pack({"id": "1", "ok": [1, "a"]}, refuse)
    assert HEAD.unpack(head) == (len(header), 0)
    assert json.loads(header) == {"m": {"t": "dict", "v": [["id", "1"], ["ok", [1, "a"]]]}, "b": []}
