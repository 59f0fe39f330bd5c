"""Rows to learn from, and the bench that runs ddp.py on several ranks."""

import pickle
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from tenfold import expect
from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
RAISED = re.compile(r"^RANK \d raised (\w+)$", re.MULTILINE)
TOLD = ("NotImplementedError", "TypeError", "ValueError", "AttributeError", "KeyError", "IndexError", "RuntimeError")


class Left:
    """The numbers that one rank left, taken from the front."""

    def __init__(self, raw):
        assert len(raw) % 8 == 0, "a rank left no whole numbers"
        self.numbers, self.at = np.frombuffer(raw, "<f8"), 0

    def take(self, size):
        """Return the next numbers; fail the check where there are fewer."""
        assert 0 <= size <= len(self.numbers) - self.at, "what a rank returned is of another size than asked for"
        self.at += size
        return self.numbers[self.at - size : self.at]

    def one(self):
        """Return the next number."""
        return float(self.take(1)[0])

    def count(self, most=100_000):
        """Return the next number, a small count."""
        value = self.one()
        assert 0 <= value <= most, "a rank left a count that cannot be"
        return int(value)

    def rows(self, below):
        """Return a list of row numbers, of which the first number is the length."""
        found = self.take(self.count()).tolist()
        assert all(0 <= i < below and i == int(i) for i in found), "there is no such row"
        return [int(i) for i in found]


@dataclass(frozen=True)
class Ranks:
    """Rows, and how to run the submission on ranks that share them."""

    x: np.ndarray  # float64 (rows, wide)
    y: np.ndarray  # float64 (rows,)
    seed: int

    @property
    def nets(self) -> ModuleType:
        """Return ranks.py: the networks, losses and the optimiser of the ranks, for one process."""
        return module(HERE / "ranks.py")

    def run(self, work, *groups, show=False):
        """Play groups of scenes, each (ranks, scenes); return what each rank of each group left.

        A scene is (name, options of all ranks, options of each rank). A rank knows what it is given, and no more.
        A rank that raises, or ranks that wait for each other, fail the check.
        """
        work.write("ranks.py", (HERE / "ranks.py").read_bytes())
        for number, (world, scenes) in enumerate(groups):
            for rank in range(world):
                own = [(name, {**shared, **each[rank]}) for name, shared, each in scenes]
                work.write(f"job.{number}.{rank}", pickle.dumps((self.x, self.y, own)))
        # The submission's process forks the ranks, as it has torch loaded: a program would load it again, 2 to 5 s.
        if said := expect.text(work.call("ranks", "play_job", [world for world, _ in groups])):
            kinds = [kind for kind in RAISED.findall(said) if kind in TOLD]
            other = [kind for kind in kinds if kind != "RuntimeError"]  # who loses a peer raises RuntimeError
            why = f"{(other or kinds)[0]} on a rank" if kinds else "a rank ended early, or one waits for another"
            raise AssertionError(f"{why}\n{said[:2500]}" if show else why)
        return [
            [Left(work.read(f"out.{number}.{rank}", 4)) for rank in range(world)]
            for number, (world, _) in enumerate(groups)
        ]


def draw(rng, rows=48, wide=6):
    """Return rows of which the first value has any sign; `y` is about a function of them."""
    x = rng.normal(size=(rows, wide)) + rng.normal(size=wide)
    x[:, 0] = rng.normal(size=rows)
    y = np.sin(x @ rng.normal(size=wide)) + 0.1 * rng.normal(size=rows)
    return Ranks(x, y, int(rng.integers(1, 900)))
