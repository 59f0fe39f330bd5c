"""Where code that is not trusted runs: a process of its own behind walls, asked one thing at a time.

A `session` is a submission at work: it has one `box`, which a `forkserver` forks behind `launchers`, and talks to what
runs `inside`. What comes back are plain values, handles (`proxy`) or errors (`replies`). `levels` says how well a
machine isolates, `held_folder` keeps what is temporary. Uses no other room.
"""

__all__ = [
    "artefacts",
    "box",
    "callback",
    "crossing",
    "forkserver",
    "held_folder",
    "levels",
    "limits",
    "machine_speed",
    "proxy",
    "replies",
    "session",
]
