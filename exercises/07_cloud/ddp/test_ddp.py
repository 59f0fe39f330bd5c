"""Visible checks for cloud-ddp: each runs ddp.py on two ranks."""

import numpy as np
import pytest


def compare(called, found, wanted):
    """Fail unless numbers are those wanted, within a millionth."""
    if not np.allclose(found, wanted, rtol=0, atol=1e-6):
        told = " and ".join(str(np.round(values, 4).tolist()) for values in (found, wanted))
        raise AssertionError(f"{called}: what came, and what was wanted: {told}")


def require(holds, said):
    """Fail with a sentence unless something holds."""
    if not holds:
        raise AssertionError(said)


@pytest.mark.points(1)
def test_ranks_start_alike(submission, public):
    """After `broadcast` both ranks hold rank 0's parameters.

    A rank that begins elsewhere stays elsewhere: equal gradients do not make weights equal.
    """
    data = public("two-ranks")
    net = {"kind": "tied", "wide": 6, "outputs": 2, "seed": 3}
    each = [{"net": net}, {"net": {**net, "seed": 20}}]
    (left,) = data.run(submission, (2, [("broadcast", {}, each)]), show=True)
    wanted = data.nets.bits(data.nets.build(**net))
    for rank in (0, 1):
        wrong = np.count_nonzero(left[rank].take(len(wanted)) != wanted)
        said = f"after broadcast {wrong} of {len(wanted)} bytes of rank {rank} are not those that rank 0 began with"
        require(not wrong, said)


@pytest.mark.points(1)
def test_worked_example(submission, public):
    """`reduce_gradients` gives the gradients of the worked example.

    Both ranks hand in the gradient of a sum. Which sum belongs to the mean over all rows?
    """
    data = public("two-ranks")
    net = {"kind": "norm", "wide": 2, "outputs": 0, "seed": 3}  # two parameters: weight and bias
    each = [
        {"rows": 6, "given": {"weight": np.array([3.0, 6.0]), "bias": np.array([9.0, 0.0])}},
        {"rows": 3, "given": {"weight": np.array([6.0, -6.0]), "bias": np.array([0.0, 3.6])}},
    ]
    (left,) = data.run(submission, (2, [("reduce", {"net": net, "bucket_bytes": 1024}, each)]), show=True)
    for rank in (0, 1):
        for name, wanted in (("bias", [1.0, 0.4]), ("weight", [1.0, 0.0])):
            has, *found = left[rank].take(3)
            require(has == 1, f"after reduce_gradients {name}.grad is None on rank {rank}")
            compare(f"{name}.grad on rank {rank}", found, wanted)


@pytest.mark.points(1)
def test_parts_cover_every_row_once(submission, public):
    """11 rows in global batches of 4: the parts of two ranks hold each row once, and are equally long or nearly so.

    Every rank has the same number of batches; the last one may leave it little.
    """
    data = public("two-ranks")
    scene = ("sample", {"size": 11, "batch_size": 4, "seed": 1, "epochs": [0]}, [{}, {}])
    (left,) = data.run(submission, (2, [scene]), show=True)
    for number, rank in enumerate(left):
        told, came, lists = rank.take(3).tolist()
        require(told == came == 3, f"rank {number} got {came:g} batches, and len() says {told:g}; 3 were wanted")
        require(lists, f"a part of rank {number} is no list of ints")
    seen = []
    for batch, rows in enumerate((4, 4, 3)):
        parts = [rank.rows(11) for rank in left]
        sizes = sorted(map(len, parts))
        wanted = [rows // 2, rows - rows // 2]
        require(sizes == wanted, f"batch {batch}: the ranks got {sizes} rows; {wanted} were wanted, in either order")
        seen += parts[0] + parts[1]
    twice = sorted(row for row in set(seen) if seen.count(row) > 1)
    require(not twice, f"these rows came more than once in the epoch: {twice}")
