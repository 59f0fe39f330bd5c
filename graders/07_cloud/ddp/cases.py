"""What the ranks are given: row numbers, gradients, networks; a rank is told its own alone.

Cases are, by the number of ranks, lists of (kind, scene, what one process has to know of it).
"""

import numpy as np

TIED, ODD, FEW = ({"kind": kind, "wide": 5, "outputs": 2} for kind in ("tied", "odd", "norm"))


def cut(rng, numbers, sizes):
    """Deal row numbers out, so many at a time."""
    numbers = rng.permutation(numbers)
    ends = np.cumsum(sizes)
    return [numbers[end - size : end].tolist() for end, size in zip(ends, sizes, strict=True)]


def deal(rng, rows, steps):
    """Deal rows out: steps[k][rank] is a list of micro-batch sizes; the result has row numbers in their place."""
    dealt = []
    for step in steps:
        flat = cut(rng, np.arange(rows), [size for rank in step for size in rank])
        dealt.append([[flat.pop(0) for _ in rank] for rank in step])
    return dealt


def many(rng, rows, sizes):
    """Return a step of one micro-batch a rank of more rows than there are: numbers come again."""
    return [[rng.integers(rows, size=size).tolist()] for size in sizes]


def shares(name, dealt):
    """Return what each rank is told of what was dealt: its own column."""
    return [{name: list(own)} for own in zip(*dealt, strict=True)]


def starts(rng, net, world):
    """Return networks of one kind, for each rank one that tells nothing of the others."""
    return [{"net": {**net, "seed": int(seed)}} for seed in rng.integers(1 << 40, size=world)]


def some(data, rng, net, rows, holds=("",), scale=1.0):
    """Draw gradients for each rank of so many rows: for parameters whose names begin as `holds` (of each rank) says.

    The gradient of a sum over no rows is zero.
    """
    shapes = {name: tuple(p.shape) for name, p in data.nets.build(**net).named_parameters()}
    holds = holds if isinstance(holds[0], tuple) else [holds] * len(rows)
    found = []
    for many_rows, held in zip(rows, holds, strict=True):
        size = scale if many_rows else 0.0
        given = {name: size * rng.normal(size=shape) for name, shape in shapes.items() if name.startswith(held)}
        found.append({"rows": many_rows, "given": given})
    return found


def opposed(data, rng, net):
    """Draw large gradients on two ranks that all but cancel."""
    left, right = some(data, rng, net, [3, 2])
    for name, value in left["given"].items():
        left["given"][name], right["given"][name] = value + 1e7, right["given"][name] - 1e7
    return [left, right]


def reduction(kind, net, each, bucket, **options):
    """Return the case of a reduction: each rank has its rows and gradients."""
    return kind, ("reduce", {"net": net, "bucket_bytes": bucket, **options}, each), (net, each)


def reductions(data, rng):
    """Return cases of any numbers of rows, sizes of bucket and forms of parameter."""

    def of(kind, net, rows, bucket=100, **options):
        net = {**net, "seed": data.seed}
        return reduction(kind, net, some(data, rng, net, rows, **options), bucket)

    single, large = {**TIED, "dtype": "float32"}, {**TIED, "seed": data.seed}
    return {
        1: [of("one rank", TIED, [5]), of("one rank, 3 dimensions and none", ODD, [7])],
        2: [
            of("7 and 2 rows", TIED, [7, 2]),
            of("no row on rank 0", TIED, [0, 4]),
            of("parameters of 3 dimensions and of none", ODD, [1, 6]),
            of("200 and 144 rows", TIED, [200, 144], scale=344.0),
            of("70,000 and 2 rows", TIED, [70_000, 2], scale=7e4),
            of("300,000,000 and 7 rows", TIED, [300_000_000, 7], scale=3e8),
            of("a bucket of 1 byte", FEW, [3, 1], 1),
            of("a bucket of 20 bytes", ODD, [3, 1], 20),
            of("a bucket of a terabyte", TIED, [3, 1], 1 << 40),
            of("float32", single, [5, 3]),
            of("float32, a bucket of 7 bytes", {**FEW, "dtype": "float32"}, [2, 3], 7),
            reduction("gradients that all but cancel", large, opposed(data, rng, large), 100),
        ],
        4: [
            of("four ranks", TIED, [4, 1, 0, 2]),
            of("four ranks of 5 rows", ODD, [5, 5, 5, 5]),
            of("rows on the last of four ranks alone", TIED, [0, 0, 0, 3]),
        ],
    }


HELD = [
    ("one rank or the other", (("left",), ("right",))),
    ("both ranks, or one", (("left", "right"), ("left",))),
    ("rank 1 alone", ((), ("right", "left"))),
    ("a weight without its bias", (("left.weight", "idle"), ("right.bias",))),
    ("no rank at all", ((), ())),
    ("rank 0 alone", (("idle", "left"), ())),
]
"""Which parameters have a gradient on which of two ranks."""


def partial(data, rng):
    """Return reductions of one network one behind the other in which gradients are missing."""
    net = {"kind": "routed", "wide": 4, "outputs": 2, "seed": data.seed}
    found = []
    for kind, holds in HELD:
        rows = [int(rng.integers(1, 9)) if held or not any(holds) else 0 for held in holds]  # who has none has no row
        each = some(data, rng, net, rows, holds)
        found.append(reduction(f"a gradient on {kind}", net, each, 96, kept=bool(found)))
    zeros = some(data, rng, net, [3, 2], (("left",), ()), scale=0.0)
    found.append(reduction("a gradient of zeros on rank 0 alone", net, zeros, 96, kept=True))
    return {2: found}


def trainings(data, rng):
    """Return trainings; of the rows the first half have a negative first value."""
    size, half = len(data.x), len(data.x) // 2
    data.x[:, 0] = np.abs(data.x[:, 0]) * np.where(np.arange(size) < half, -1, 1)
    tied, routed, odd = ({"kind": k, "wide": 6, "outputs": 3, "seed": data.seed} for k in ("tied", "routed", "odd"))
    sizes = [[[4], [4]], [[5, 2, 1], [1, 0, 3]], [[3, 3], [2, 4]], [[1], [0]], [[0, 0], [1, 2]], [[4], [3]]]

    def of(kind, net, steps):
        return kind, ("train", {"net": net, "bucket_bytes": 200}, shares("steps", steps)), (net, steps)

    def sides(*steps):
        """Deal rows of either sign: a step is, for each rank, how many rows of a negative first value, and others."""
        dealt = []
        for step in steps:
            low = cut(rng, np.arange(half), [few for few, _ in step])
            high = cut(rng, np.arange(half, size), [few for _, few in step])
            dealt.append([[a + b] for a, b in zip(low, high, strict=True)])
        return dealt

    experts = sides([(4, 0), (0, 4)], [(3, 0), (2, 0)], [(2, 1), (3, 2)], [(0, 3), (0, 1)], [(1, 2), (3, 0)])
    return {
        2: [
            of("uneven and empty micro-batches", tied, [*deal(rng, size, sizes), many(rng, size, (200, 144))]),
            of("experts of which a step uses one", routed, experts),
            of("float32", {**tied, "dtype": "float32"}, deal(rng, size, sizes[:2])),
        ],
        4: [of("four ranks", odd, deal(rng, size, [[[2, 1], [0, 3], [1, 1], [0, 0]], [[1], [2], [4], [1]]]))],
    }


def norms(rng, rows):
    """Return batch norms, by the numbers of rows of each rank in each step."""

    def of(kind, sizes, eps, momentum, wide=6, **options):
        values = {name: rng.normal(size=wide) for name in ("weight", "bias")}
        values |= {"eps": eps, "momentum": momentum, "scale": np.ones(wide), "shift": np.zeros(wide), **options}
        parts = [cut(rng, np.arange(rows), step) for step in sizes]
        return kind, ("norm", values, shares("parts", parts)), (values, parts)

    momentum = float(rng.uniform(0.1, 0.5))
    far = {"scale": np.array([1.0, 1.0, 1.0, 0.0, 1.0, 0.01]), "shift": np.array([0.0, 1e6, -1e6, 3.0, 0.0, 0.0])}
    few = [[5, 5, 3], [0, 6, 1], [6, 0, 0], [0, 0, 2], [1, 0, 1]]
    return {
        1: [of("one rank, a feature, a momentum of 0", [[7], [2]], 1e-3, 0.0, wide=1)],
        3: [
            of("means far from 0, a constant", [[5, 5, 3], [9, 1, 2], [0, 6, 5], [7, 0, 0]], 1e-5, momentum, **far),
            of("few rows", few, 0.1, 1.0),
            of("float32", few[:2], 0.1, momentum, dtype="float32"),
            of("rows without a gradient", few[:2], 1e-3, momentum, learn=False),
        ],
    }


def evaluations(data, rng):
    """Return evaluations, by the sizes of the batches of each rank and the mode of each module of the network."""
    size = len(data.x)
    normed, odd = ({"kind": kind, "wide": 6, "outputs": 3, "seed": data.seed} for kind in ("normed", "odd"))
    single = {**odd, "dtype": "float32"}

    def of(kind, net, each, mode):
        modes = [mode(number) for number, _ in enumerate(data.nets.build(**net).modules())]
        scene = "evaluate", {"net": net, "modes": modes}, [{"batches": own} for own in each]
        return kind, scene, (net, each, modes)

    def dealt(*sizes):
        return deal(rng, size, [sizes])[0]

    longer = [a + b for a, b in zip(many(rng, size, (150, 60, 7)), many(rng, size, (80, 40, 9)), strict=True)]
    return {
        3: [
            of("uneven batches, none on the last rank", normed, dealt([8, 3, 1], [2], []), lambda k: True),
            of("none on rank 0, an empty one", normed, dealt([], [1, 1, 5], [0]), lambda k: k % 2 == 0),
            of("as many on each rank", odd, dealt([6, 6], [6, 6], [6, 6]), lambda k: k > 0),
            of("hundreds of rows", odd, longer, lambda k: k == 0),
            of("one row in all", single, dealt([], [1], []), lambda k: False),
        ]
    }
