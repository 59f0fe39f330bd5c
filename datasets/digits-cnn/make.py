"""scikit-learn's digits, and a small convolutional network trained on half of them.

``python make.py`` trains the network anew (10 s, needs torch) and writes ``weights.npz`` and ``SHA256SUMS``.
``draw`` shakes and rescales the stored network, and splits the images that it never saw.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.datasets import load_digits

HERE = Path(__file__).resolve().parent
MEAN, STD = 0.19, 0.25  # about the mean and standard deviation of a training pixel over all exposures
DARKEST = 0.25  # exposures are uniform in [DARKEST, 1]
PRUNED = {"conv1": 3, "conv2": 11, "fc1": 40}  # in each hidden layer one unit is off: weights and bias are 0
Layer = dict[str, object]
Params = dict[str, NDArray[np.float32]]  # conv1.weight, conv1.bias, …


@dataclass(frozen=True)
class Draw:
    """A network and the images around it.

    ``layers`` is a list of ``{"op": "conv" | "linear", "weight": …, "bias": …}`` and ``{"op": "pool"}``;
    a ReLU follows every conv and linear layer but the last. Images are float32, (n, 1, 8, 8), standardised.
    ``logits`` is what the network answers for ``images``, ``labels`` what they show.
    """

    layers: list[Layer]
    calibration: NDArray[np.float32]
    images: NDArray[np.float32]
    labels: NDArray[np.int64]
    logits: NDArray[np.float64]


@cache
def _digits() -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Load pixels in [0, 1] (1797, 1, 8, 8), labels, and which images trained the network."""
    digits = load_digits()
    pixels = digits.images[:, None] / 16.0
    return pixels, digits.target.astype(np.int64), np.arange(len(pixels)) % 2 == 0


@cache
def _weights() -> Params:
    """Load the stored float32 parameters."""
    with np.load(HERE / "weights.npz") as stored:
        return {name: stored[name] for name in stored.files}


def _expose(pixels: NDArray[np.float64], exposure: NDArray[np.float64]) -> NDArray[np.float32]:
    """Standardise images as a camera would see them at these exposures."""
    return ((pixels * exposure[:, None, None, None] - MEAN) / STD).astype(np.float32)


def _shake(params: Params, rng: np.random.Generator, noise: float) -> Params:
    """Add normal noise to each weight, in units of the standard deviation of its row; rows of zeros stay so."""
    params = dict(params)
    for name in ("conv1", "conv2", "fc1", "fc2"):
        weight = params[f"{name}.weight"]
        spread = weight.std(axis=tuple(range(1, weight.ndim)), keepdims=True)
        shaken = weight + noise * spread * rng.standard_normal(weight.shape)
        params[f"{name}.weight"] = shaken.astype(np.float32)
    return params


def _rescale(params: Params, rng: np.random.Generator, imbalance: float) -> Params:
    """Make a quarter of each layer's hidden channels loud and a quarter quiet, without changing the function.

    A channel's weights and bias are multiplied by a gain, and the next layer's weights that read it are
    divided by the gain. A ReLU commutes with a positive gain, so no logit changes but for rounding.
    """
    params = {name: value.copy() for name, value in params.items()}
    for this, after in (("conv1", "conv2"), ("conv2", "fc1"), ("fc1", "fc2")):
        channels = len(params[f"{this}.bias"])
        gain = np.resize([imbalance, 1.0, 1.0 / imbalance, 1.0], channels).astype(np.float32)
        gain = rng.permutation(gain)
        params[f"{this}.weight"] *= gain.reshape(-1, *[1] * (params[f"{this}.weight"].ndim - 1))
        params[f"{this}.bias"] *= gain
        weight = params[f"{after}.weight"]
        reads = weight.reshape(len(weight), channels, -1)  # fc1 sees 16 positions of each conv2 channel
        params[f"{after}.weight"] = (reads / gain[:, None]).reshape(weight.shape)
    return params


def _logits(params: Params, images: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return what the network answers, computed in float64."""
    x = images.astype(np.float64)
    for name in ("conv1", "conv2"):
        windows = sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), axis=(2, 3))
        weight = params[f"{name}.weight"].astype(np.float64)
        x = np.tensordot(windows, weight, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
        x = np.maximum(x + params[f"{name}.bias"][:, None, None], 0.0)
    n, channels, height, width = x.shape
    x = x.reshape(n, channels, height // 2, 2, width // 2, 2).max(axis=(3, 5)).reshape(n, -1)
    x = np.maximum(x @ params["fc1.weight"].T.astype(np.float64) + params["fc1.bias"], 0.0)
    return np.asarray(x @ params["fc2.weight"].T.astype(np.float64) + params["fc2.bias"])


def draw(
    rng: np.random.Generator, imbalance: float = 50.0, calibration: int = 200, images: int = 600, noise: float = 0.4
) -> Draw:
    """Shake and rescale the network, and split the images that it never saw (898).

    Parameters
    ----------
    rng : the generator that everything here depends on.
    imbalance : gain of the loud channels, and of the quiet ones its inverse; 1 leaves all alike.
    calibration : images to calibrate on, in the order of a log that starts at night: darkest first.
    images : images to test on, in any order; none of them is in ``calibration``.
    noise : how far each weight is moved, in standard deviations of its row; 0 leaves the network as trained.
    """
    pixels, labels, trained = _digits()
    unseen = rng.permutation(np.flatnonzero(~trained))[: calibration + images]
    exposure = rng.uniform(DARKEST, 1.0, size=len(unseen))
    exposure[:calibration].sort()
    seen = _expose(pixels[unseen], exposure)
    params = _rescale(_shake(_weights(), rng, noise), rng, imbalance)
    layers: list[Layer] = []
    for op, name in (
        ("conv", "conv1"),
        ("conv", "conv2"),
        ("pool", ""),
        ("linear", "fc1"),
        ("linear", "fc2"),
    ):
        arrays = {part: params[f"{name}.{part}"] for part in ("weight", "bias")} if name else {}
        layers.append({"op": op, **arrays})
    tested = seen[calibration:]
    return Draw(layers, seen[:calibration], tested, labels[unseen[calibration:]], _logits(params, tested))


def train(seed: int = 0, epochs: int = 60) -> Params:
    """Train the network (38,282 parameters) with Adam on random exposures; the pruned units stay at 0."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    pixels, labels, trained = _digits()
    target = torch.from_numpy(labels[trained])
    net = nn.ModuleDict(
        {
            "conv1": nn.Conv2d(1, 16, 3, padding=1),
            "conv2": nn.Conv2d(16, 32, 3, padding=1),
            "fc1": nn.Linear(32 * 4 * 4, 64),
            "fc2": nn.Linear(64, 10),
        }
    )
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, epochs)

    def prune() -> None:
        with torch.no_grad():
            for name, unit in PRUNED.items():
                net[name].weight[unit] = 0.0
                net[name].bias[unit] = 0.0

    for _ in range(epochs):
        seen = torch.from_numpy(_expose(pixels[trained], rng.uniform(DARKEST, 1.0, size=len(target))))
        for batch in torch.randperm(len(target)).split(32):
            prune()
            x = net["conv2"](net["conv1"](seen[batch]).relu()).relu()
            x = net["fc1"](nn.functional.max_pool2d(x, 2).flatten(1)).relu()
            loss = nn.functional.cross_entropy(net["fc2"](x), target[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        schedule.step()
    prune()
    return {name: value.detach().numpy().copy() for name, value in net.named_parameters()}


def main() -> None:
    """Train, and write the weights and their checksum."""
    target = HERE / "weights.npz"
    np.savez(target, **train())
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    (HERE / "SHA256SUMS").write_text(f"{digest}  {target.name}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
