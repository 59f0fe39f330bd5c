"""Streams with all their noise: the dataset's, with more categories or in disguise."""

import numpy as np
import pandas as pd

SHOPS = np.array([f"shop {k}" for k in range(30)])  # equally likely: more bins, more noise

QUIET = [(200, 400, 20, 2, 24), (400, 400, 20, 2, 24), (200, 5000, 2, 10, 24), (2000, 2000, 4, 5, 9)]
"""Rows of a batch and of a reference; references; quiet batches beside each; number columns."""

SIZES = [(200, 0.32), (500, 0.12), (2000, 0.12)]
"""Rows of a batch, and the PSI of its drift."""

LAYOUT = {"reference_rows": 2000, "numbers": 12, "texts": 2, "quiet": 1, "drifted": 3}
KINDS = [
    *(
        {"kind": kind, "rows": rows, "size": size, **LAYOUT}
        for kind in ("shift", "spread", "shape", "prior", "category", "missing")
        for rows, size in SIZES
    ),
    *({"kind": "relation", "relation": pair, "rows": 200, **LAYOUT} for pair in [(0.8, 0.0), (0.0, 0.8), (0.6, -0.6)]),
    {"kind": "tiny", "size": 0.01, "rows": 2000, **LAYOUT},
    {"kind": "season", "rows": 500, **LAYOUT, "reference_rows": 5000, "quiet": 7},
]
"""Options of the streams of every kind."""


def noisy(hidden, rng, draw, sizes, quiet, numbers):
    """Return a stream of quiet batches and one with a shift of two standard deviations, with much noise.

    Its texts have 30 values, and each number column lacks 30 % of its own, by chance. `sizes` are the rows of a batch
    and of the reference.
    """
    options = {"rows": sizes[0], "reference_rows": sizes[1], "quiet": quiet, "drifted": 1, "size": 3.0}
    stream = hidden("drift", draw=draw, kind="shift", numbers=numbers, texts=5, **options)
    for frame in (stream.reference, *stream.batches):
        for i in range(5):
            frame[f"text_{i}"] = SHOPS[rng.integers(len(SHOPS), size=len(frame))]
        for name in (name for name in frame if name.startswith("num_")):
            known = rng.permutation(np.flatnonzero(frame[name].notna()))
            gone = np.isin(np.arange(len(frame)), known[7 * len(frame) // 10 :])
            frame[name] = frame[name].astype(float).mask(gone)
    return stream


def disguise(stream, rng):
    """Return reference and batches with new names, in another order of columns, and with some numbers bent.

    An increasing map changes neither a bin nor a rank. Only sums and products are used: they round alike everywhere.
    """
    reference, season = stream.reference, stream.season
    names = rng.permutation([name for name in reference if name != season]).tolist()
    numbers = [name for name in names if pd.api.types.is_numeric_dtype(reference[name])]
    bent = {name for name in numbers if name in ("num_01", "num_02") or rng.random() < 0.5}
    low, middle, high = reference[numbers].quantile([0.16, 0.5, 0.84]).to_numpy()
    middle = dict(zip(numbers, middle, strict=True))
    width = dict(zip(numbers, np.where(high > low, high - low, 2.0) / 2, strict=True))

    def bend(name, values):
        u = (values - middle[name]) / width[name]
        return u * (1 + (u * u) * (u * u))

    def frame(old):
        columns = {} if season is None else {season: old[season]}
        for i, name in enumerate(names):
            columns[f"c{i:02d}"] = bend(name, old[name]) if name in bent else old[name]
        return pd.DataFrame(columns)

    return frame(reference), [frame(batch) for batch in stream.batches]
