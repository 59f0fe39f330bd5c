"""Opening what a submission made with a large parser: never in the grader, but in a box of its own.

Each module here is staged in such a box by the fixture ``artefact(name)`` and imports nothing of the kit. A parser may
have a hole, and then what it says is the submission's word: what comes back is a plain value to be checked like any
other.
"""
