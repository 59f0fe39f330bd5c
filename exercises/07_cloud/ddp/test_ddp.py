"""Visible checks for cloud-ddp: each runs ddp.py on two ranks."""

import numpy as np
import pytest


@pytest.mark.points(1)
def test_ranks_start_alike(submission, public):
    """After `broadcast` both ranks hold rank 0's parameters.

    A rank that begins elsewhere stays elsewhere: equal gradients do not make weights equal.
    """
    data = public("two-ranks")
    net = {"kind": "tied", "wide": 6, "outputs": 2, "seed": 3}
    each = [{"net": net}, {"net": {**net, "seed": 20}}]
    (left,) = data.run(submission, (2, [("broadcast", {}, each)]), show=True)
    wanted = data.nets.state(data.nets.build(**net))
    for rank in (0, 1):
        found = left[rank].take(len(wanted))
        assert np.array_equal(found, wanted), f"rank {rank} differs from rank 0's start"


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
        has_bias, *bias = left[rank].take(3)
        has_weight, *weight = left[rank].take(3)
        assert (has_bias, has_weight) == (1, 1), f"a gradient is missing on rank {rank}"
        assert weight == pytest.approx([1.0, 0.0], abs=1e-9), f"weight, rank {rank}"
        assert bias == pytest.approx([1.0, 0.4], abs=1e-9), f"bias, rank {rank}"


@pytest.mark.points(1)
def test_parts_cover_every_row_once(submission, public):
    """11 rows in global batches of 4: the parts of two ranks hold each row once, and are equally long or nearly so.

    Every rank has the same number of batches; the last one may leave it little.
    """
    data = public("two-ranks")
    scene = ("sample", {"size": 11, "batch_size": 4, "seed": 1, "epochs": [0]}, [{}, {}])
    (left,) = data.run(submission, (2, [scene]), show=True)
    seen = []
    assert [rank.take(2).tolist() for rank in left] == [[3, 3]] * 2, "3 batches on each rank, and as length"
    for rows in (4, 4, 3):
        parts = [rank.rows(11) for rank in left]
        assert sorted(map(len, parts)) == [rows // 2, rows - rows // 2]
        seen += parts[0] + parts[1]
    assert sorted(seen) == list(range(11))
