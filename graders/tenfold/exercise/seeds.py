"""Where every hidden draw comes from: one root a grade, one generator a name."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

import numpy as np

PRACTICE = "practice"


@dataclass(frozen=True)
class Seed:
    """The root of a grade's draws and what a result may say about it.

    Generators are made with HMAC-SHA256 over the names, so that knowing one draw says nothing about another.
    """

    root: bytes = field(repr=False)
    label: str = PRACTICE

    def generator(self, *names: object) -> np.random.Generator:
        """Return the generator of one name; the same names give the same numbers."""
        text = "".join(f"{name}\0" for name in names).encode("utf-8", "surrogatepass")
        return np.random.default_rng(int.from_bytes(hmac.digest(self.root, text, "sha256"), "big"))


def practice() -> Seed:
    """Return the seed of a learner's own grades: always the same."""
    return Seed(b"tenfold practice")


def public() -> Seed:
    """Return the seed of public data; no grade uses it."""
    return Seed(b"tenfold public", "public")


def numbered(number: int) -> Seed:
    """Return the seed that ``--seed N`` names, for replay and for proofs."""
    return Seed(f"tenfold seed {number}".encode(), f"seed {number}")


def secret(key: bytes, exercise: str, version: int, submission: str) -> Seed:
    """Return the seed of a grade of record: unpredictable without `key`, the same whenever it is asked for.

    Parameters
    ----------
    key
        The class's secret.
    exercise, version
        What is graded.
    submission
        Hex digest of the submitted files.
    """
    text = f"{exercise}\0{version}\0{submission}".encode("utf-8", "surrogatepass")
    root = hmac.digest(key, text, "sha256")
    return Seed(root, f"secret {hashlib.sha256(key).hexdigest()[:8]}")
