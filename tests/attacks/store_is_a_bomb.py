"""Leave an artefact that says it is small and is a terabyte of nothing.

outcome: not_yet
says: your program made | store.py was stopped | exit code | It leaves an SQLite | larger than 1 MB | File too large
class: artefacts
exercise: toy-store
"""

with open("store.sqlite", "wb") as file:
    file.write(b"SQLite format 3\x00")
    file.truncate(30 << 20)
