"""A small pre-trained classifier, and a shifted task to adapt it to; `python make.py` trains the classifier again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent
SIZES = (32, 256, 256, 256, 10)  # sensor channels, three hidden layers, classes
MODES = 4  # each class is a mixture of so many clusters: no linear rule tells the classes apart
SPREAD = 0.8  # standard deviation within a cluster; the clusters' centres are normal with 1
Layer = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Draw:
    """A base network, and labelled rows of the shifted task."""

    layers: list[Layer]
    inputs: NDArray[np.float32]  # (rows, 32): to adapt on
    labels: NDArray[np.int64]  # (rows,): 0 to 9
    test_inputs: NDArray[np.float32]  # (tests, 32)
    test_labels: NDArray[np.int64]


def _centres() -> NDArray[np.float64]:
    """Return the centre of each cluster, (classes, modes, channels): the same for every draw."""
    return np.random.default_rng(20230523).normal(size=(SIZES[-1], MODES, SIZES[0]))


def _rows(rng: np.random.Generator, rows: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return rows of the base task, and their classes."""
    labels = rng.integers(0, SIZES[-1], size=rows)
    centres = _centres()[labels, rng.integers(0, MODES, size=rows)]
    return centres + SPREAD * rng.normal(size=centres.shape), labels


def _base() -> list[Layer]:
    """Return the trained network's layers: weight (outputs, inputs) and bias (outputs,)."""
    with np.load(HERE / "base.npz") as arrays:
        return [
            {part: arrays[f"{part}{index}"].astype(np.float32) for part in ("weight", "bias")}
            for index in range(len(SIZES) - 1)
        ]


def _disguise(layers: list[Layer], turn: NDArray[np.float64], rng: np.random.Generator, noise: float) -> list[Layer]:
    """Return a network for turned inputs, its hidden units in another order, every weight a little moved."""
    made, order = [], None
    for index, layer in enumerate(layers):
        weight, bias = layer["weight"].astype(np.float64), layer["bias"]
        weight = weight @ turn if index == 0 else weight[:, order]
        weight = weight + noise * weight.std() * rng.normal(size=weight.shape)
        order = rng.permutation(len(weight)) if index < len(layers) - 1 else np.arange(len(weight))
        made.append({"weight": weight[order].astype(np.float32), "bias": bias[order].copy()})
    return made


def draw(
    rng: np.random.Generator,
    rows: int = 2000,
    tests: int = 2000,
    directions: int = 6,
    moved: int = 4,
    noise: float = 0.05,
) -> Draw:
    """Turn the inputs, shake the network, and shift the task.

    Parameters
    ----------
    rng : the generator that everything here depends on.
    rows, tests : labelled rows to adapt on, and to test on.
    directions : of the 32 dimensions, how many are mirrored in the shifted task (sensors that were mounted anew).
    moved : how many classes exchange their names in a ring (0 and 1: none).
    noise : how far each weight is moved, in standard deviations of its matrix.
    """
    width = SIZES[0]
    turn = np.linalg.qr(rng.normal(size=(width, width)))[0]
    layers = _disguise(_base(), turn, rng, noise)
    mirrored = np.linalg.qr(rng.normal(size=(width, directions)))[0] if directions else np.zeros((width, 1))
    mirror = np.eye(width) - 2 * mirrored @ mirrored.T
    ring = rng.permutation(SIZES[-1])[:moved]
    names = np.arange(SIZES[-1])
    names[ring] = np.roll(ring, 1)
    parts = []
    for count in (rows, tests):
        x, labels = _rows(rng, count)
        parts += [(x @ turn @ mirror).astype(np.float32), names[labels]]
    return Draw(layers, *parts)


def train(seed: int = 0, steps: int = 3000) -> dict[str, NDArray[np.float32]]:
    """Train the network (142,602 weights and biases) with AdamW on endless rows of the base task."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    linears = [nn.Linear(a, b) for a, b in pairwise(SIZES)]
    net = nn.Sequential(*[part for linear in linears for part in (linear, nn.ReLU())][:-1])
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        x, labels = _rows(rng, 128)
        loss = nn.functional.cross_entropy(net(torch.from_numpy(x.astype(np.float32))), torch.from_numpy(labels))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return {
        f"{part}{index}": getattr(linear, part).detach().numpy().copy()
        for index, linear in enumerate(linears)
        for part in ("weight", "bias")
    }


def main() -> None:
    """Train, and write the weights and their checksum."""
    target = HERE / "base.npz"
    np.savez(target, **train())
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    (HERE / "SHA256SUMS").write_text(f"{digest}  {target.name}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
