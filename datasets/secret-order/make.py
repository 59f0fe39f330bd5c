"""Sequences of tokens, and the same sequences in an order of the alphabet that only the examples tell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Draw:
    """Sequences with their sorted form; padding is 0 in both, behind the last real token.

    ``tokens`` and ``targets`` are int64 (n, longest), ``lengths`` int64 (n,).
    """

    tokens: NDArray[np.int64]
    lengths: NDArray[np.int64]
    targets: NDArray[np.int64]
    vocabulary: int


def draw(rng: np.random.Generator, rows: int = 8000, vocabulary: int = 12, shortest: int = 4, longest: int = 8) -> Draw:
    """Return sequences with repeats, sorted by a secret order of the tokens 0 … vocabulary − 1."""
    rank = rng.permutation(vocabulary)  # the secret: the place of each token
    token = np.argsort(rank)
    lengths = rng.integers(shortest, longest, size=rows, endpoint=True)
    real = np.arange(longest) < lengths[:, None]
    ranks = np.where(real, rng.integers(vocabulary, size=(rows, longest)), vocabulary)  # padding sorts last
    tokens = np.where(real, token[np.minimum(ranks, vocabulary - 1)], 0)
    targets = np.where(real, token[np.minimum(np.sort(ranks, axis=1), vocabulary - 1)], 0)
    return Draw(tokens, lengths, targets, vocabulary)
