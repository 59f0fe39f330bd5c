"""Hidden checks for cloud-ddp: what the ranks hand back is compared with one process that sees all rows.

The ranks run in the submission's own box, beside its code, and no number that they hand back is believed: it is
compared with one that is computed here, on a redraw. The counts of messages and bytes are the exception: they are taken
in the ranks' processes, where a module that tampers with torch.distributed could forge them. They earn points only
beside right gradients.
"""

import math

import numpy as np
import pytest

TOLERANCE = 1e-6


def near(found, wanted, what):
    """Fail the check unless numbers agree within the stated tolerance."""
    wanted = np.asarray(wanted, dtype=float)
    assert (np.abs(found - wanted) <= TOLERANCE * np.maximum(1.0, np.abs(wanted))).all(), what


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


def one_process(data, module, optimiser, step):
    """Take one step on all rows of all ranks; return the mean loss."""
    total = sum(len(numbers) for rank in step for numbers in rank)
    optimiser.zero_grad()
    mean = 0.0
    for parts in zip(*step, strict=True):
        x, y = data.nets.rows(data.x, data.y, [i for part in parts for i in part])
        part = data.nets.squares(module(x), y).sum() / total
        part.backward()
        mean += part.item()
    optimiser.step()
    return mean


def follow(data, left, net, steps):
    """Compare every rank after every step with one process; return the calls and bytes of each step."""
    module = data.nets.build(**net)
    optimiser, told = data.nets.Momentum(module), []
    for step in steps:
        mean = one_process(data, module, optimiser, step)
        state = data.nets.state(module)
        for rank in left:
            near(rank.one(), mean, "the loss returned is not the mean over the rows of all ranks")
            near(rank.take(len(state)), state, "after a step the parameters or buffers are not those of one process")
            told.append(rank.take(3))
    return told


def reduced(data, net, given, rows, arrays):
    """Return for each parameter, by name, the mean gradient over all ranks, or None."""
    wanted = []
    for name, p in sorted(data.nets.build(**net).named_parameters()):
        parts = [arrays[of[name]] for of in given if name in of]
        wanted.append((p.numel(), sum(parts).ravel() / sum(rows) if parts else None))
    return wanted


def compare_gradients(left, wanted):
    """Compare the gradients of every rank with those wanted."""
    for rank in left:
        for size, gradient in wanted:
            has, found = rank.one(), rank.take(size)
            if gradient is None:
                assert has == 0, "a parameter that no rank has a gradient for has got one"
            else:
                assert has == 1, "a gradient that some rank has is missing on a rank"
                near(found, gradient, "a gradient is not that of the mean loss over the rows of all ranks")


def some(data, rng, net, world, holds):
    """Draw gradients for each rank and each parameter that `holds(rank, name)`."""
    arrays, given = {}, []
    for rank in range(world):
        given.append({})
        for name, p in data.nets.build(**net).named_parameters():
            if holds(rank, name):
                given[rank][name] = f"g{rank}.{name}"
                arrays[f"g{rank}.{name}"] = rng.normal(size=tuple(p.shape))
    return given, arrays


@pytest.mark.points(1)
@pytest.mark.needs("test_ranks_start_alike")
def test_start_copies_all_state(submission, hidden):
    """`broadcast` copies buffers, counters and frozen parameters too, to every rank.

    What else does a network hold that its gradients never touch?
    """
    data = hidden("two-ranks")
    nets = [{"kind": kind, "wide": 5, "outputs": 3, "seed": data.seed} for kind in ("normed", "routed")]
    (left,) = data.run(submission, (3, [("broadcast", {"net": net}) for net in nets]))
    for net in nets:
        wanted = data.nets.state(data.nets.build(**net))
        for rank in left:
            assert np.array_equal(rank.take(len(wanted)), wanted), "a rank does not hold rank 0's state"


@pytest.mark.points(2)
@pytest.mark.needs("test_worked_example")
def test_every_row_weighs_the_same(submission, hidden, rng):
    """Gradients of ranks with different numbers of rows, of three ranks, and of tied weights.

    A rank's share in the mean is its share of the rows. A weight that two layers share has one gradient.
    """
    data = hidden("two-ranks")
    net = {"kind": "tied", "wide": 5, "outputs": 2, "seed": data.seed}
    groups, wanted, arrays = [], [], {}
    for world, rows in ((2, [7, 2]), (3, [4, 1, 0]), (3, [5, 5, 5])):
        given, drawn = some(data, rng, net, world, lambda rank, name: True)
        drawn = {f"{len(groups)}.{name}": value for name, value in drawn.items()}
        given = [{name: f"{len(groups)}.{key}" for name, key in of.items()} for of in given]
        groups.append((world, [("reduce", {"net": net, "rows": rows, "given": given, "bucket_bytes": 100})]))
        wanted.append(reduced(data, net, given, rows, drawn))
        arrays |= drawn
    for left, gradients in zip(data.run(submission, *groups, **arrays), wanted, strict=True):
        compare_gradients(left, gradients)


@pytest.mark.points(2)
@pytest.mark.needs("test_worked_example")
def test_parameters_without_gradient(submission, hidden, rng):
    """A gradient that only some ranks have counts as zero on the others; one that no rank has stays None.

    Every rank must send the same sizes in the same order, whatever its rows have touched.
    """
    data = hidden("two-ranks")
    net = {"kind": "routed", "wide": 4, "outputs": 2, "seed": data.seed}
    scenes, wanted, arrays = [], [], {}
    for i, held in enumerate(((("left",), ("right",)), (("left", "right"), ("left",)), ((), ("right", "left")))):
        given, drawn = some(data, rng, net, 2, lambda rank, name, held=held: name.split(".")[0] in held[rank])
        arrays |= {f"{i}.{name}": value for name, value in drawn.items()}
        given = [{name: f"{i}.{key}" for name, key in of.items()} for of in given]
        rows = [int(n) for n in rng.integers(1, 9, size=2)]
        scenes.append(("reduce", {"net": net, "rows": rows, "given": given, "bucket_bytes": 96}))
        wanted.append(reduced(data, net, given, rows, arrays))
    (left,) = data.run(submission, (2, scenes), **arrays)
    for gradients in wanted:
        compare_gradients(left, gradients)
        for rank in left:
            rank.take(3)


@pytest.mark.points(2)
@pytest.mark.needs("test_every_row_weighs_the_same")
def test_few_large_messages(submission, hidden, rng, credit):
    """A step sends each gradient once, in few messages, none larger than a bucket.

    Each message costs a round trip, however small. Concatenate, send, cut apart.
    """
    data = hidden("two-ranks")
    net = {"kind": "deep", "wide": int(rng.integers(60, 70)), "outputs": 3, "seed": data.seed, "dtype": "float32"}
    played = [(net, 20_000), (net, 50_000), (net, 1 << 20), ({**net, "kind": "tied"}, 4_000)]
    scenes, wanted, arrays = [], [], {}
    for i, (of, bucket) in enumerate(played):
        given, drawn = some(data, rng, of, 2, lambda rank, name: True)
        arrays |= {f"{i}.{name}": value for name, value in drawn.items()}
        given = [{name: f"{i}.{key}" for name, key in of.items()} for of in given]
        scenes.append(("reduce", {"net": of, "rows": [5, 4], "given": given, "bucket_bytes": bucket}))
        wanted.append(reduced(data, of, given, [5, 4], arrays))
    (left,) = data.run(submission, (2, scenes), **arrays)
    for (_, bucket), gradients in zip(played, wanted, strict=True):
        compare_gradients(left, gradients)
        sizes = [4 * size for size, _ in gradients]
        for rank in left:
            calls, sent, largest = rank.take(3)
            assert sent >= sum(sizes), "fewer bytes were counted than the gradients have"
            assert largest <= max(bucket, *sizes) + 1024, "a message is larger than a bucket"
            credit(calls / math.ceil(sum(sizes) / bucket), floor=4.0, full=3.0, name="messages", unit=" a bucket")
            credit(sent / sum(sizes), floor=1.10, full=1.02, name="bytes", unit=" of the parameters'")


@pytest.mark.points(2)
@pytest.mark.needs("test_parts_cover_every_row_once")
def test_each_epoch_has_an_order_of_its_own(submission, hidden, rng):
    """The order changes with the epoch and with the seed, and with nothing else: not rank, world or what ran before.

    Ask for epoch 1 twice. Then ask on one rank, two and three: the global batches are the same rows.
    """
    data = hidden("two-ranks")
    size, batch, seed = int(rng.integers(41, 60)), 10, data.seed
    if size % batch == 0:
        size += 1
    epochs, again = [0, 1, 2, 1], [2]
    asked = [(seed, epochs), (seed + 1, [0]), (seed, again)]
    scenes = [("sample", {"size": size, "batch_size": batch, "seed": s, "epochs": e}) for s, e in asked]
    small = ("sample", {"size": 5, "batch_size": 2, "seed": seed, "epochs": [0]})
    worlds = []
    for left in data.run(submission, *((world, [*scenes, small]) for world in (1, 2, 3))):
        orders = [global_batches(left, size, batch) for _, e in asked for _ in e]
        global_batches(left, 5, 2)
        worlds.append(orders)
    assert worlds[0] == worlds[1] == worlds[2], "the global batches depend on the number of ranks"
    first, second, third, repeated, other, returned = worlds[0]
    assert first != second != third != first, "two epochs have the same global batches"
    assert second == repeated, "the same epoch has other batches when asked again"
    assert third == returned, "the order of an epoch depends on what ran before"
    assert other not in (first, second, third), "another seed has an order that this seed has had"


def global_batches(left, size, batch):
    """Return the rows of each global batch, sorted, of one epoch; fail the check where they are no batches."""
    wanted = [min(batch, size - start) for start in range(0, size, batch)]
    for rank in left:
        assert rank.take(2).tolist() == [len(wanted)] * 2, "a rank has another number of batches"
    found = []
    for rows in wanted:
        parts = [rank.rows(size) for rank in left]
        assert max(map(len, parts)) - min(map(len, parts)) <= 1, "the parts of a batch differ by more than one row"
        found.append(sorted(i for part in parts for i in part))
        assert len(found[-1]) == rows, "a global batch has too many rows, or too few"
    assert sorted(i for rows in found for i in rows) == list(range(size)), "a row comes twice, or never"
    return found


@pytest.mark.points(3)
@pytest.mark.needs("test_every_row_weighs_the_same", "test_parameters_without_gradient")
def test_steps_follow_one_process(submission, hidden, rng):
    """Five steps of uneven micro-batches end where one process ends; the loss is that of all rows.

    Write down who has which gradient just before `optimizer.step()`. With several micro-batches, how often is the
    gradient of a row counted?
    """
    data = hidden("two-ranks")
    sizes = [[[4], [4]], [[5, 2, 1], [1, 0, 3]], [[3, 3], [2, 4]], [[1], [0]], [[4], [3]]]
    tied = {"kind": "tied", "wide": 6, "outputs": 3, "seed": data.seed}
    routed = {**tied, "kind": "routed"}  # without a row nothing of it needs a gradient: every rank has one
    played = [
        (tied, deal(rng, len(data.x), sizes)),
        (routed, deal(rng, len(data.x), [*sizes[:1], *sizes[2:3], *sizes[4:]])),
    ]
    three = deal(rng, len(data.x), [[[2, 1], [0, 3], [1, 1]], [[1, 2], [2, 2], [4, 0]]])
    scenes = [("train", {"net": net, "steps": steps, "bucket_bytes": 200}) for net, steps in played]
    more = ("train", {"net": tied, "steps": three, "bucket_bytes": 4096})
    two_left, three_left = data.run(submission, (2, scenes), (3, [more]))
    for net, steps in played:
        follow(data, two_left, net, steps)
    follow(data, three_left, tied, three)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps_follow_one_process")
def test_accumulation_sends_once(submission, hidden, rng):
    """A step of four micro-batches sends no more than a step of one.

    Gradients add up in `p.grad` for nothing. Only the sum has to travel.
    """
    data = hidden("two-ranks")
    net = {"kind": "tied", "wide": 6, "outputs": 3, "seed": data.seed}
    steps = deal(rng, len(data.x), [[[4], [4]], [[2, 1, 1, 3], [1, 1, 2, 1]]])
    (left,) = data.run(submission, (2, [("train", {"net": net, "steps": steps, "bucket_bytes": 1024})]))
    told = follow(data, left, net, steps)
    for one, four in zip(told[:2], told[2:], strict=True):
        assert one[0] >= 1, "no message was counted"
        assert (four <= one).all(), "a step of several micro-batches sends more than a step of one"


@pytest.mark.points(3)
@pytest.mark.needs("test_worked_example")
def test_batch_norm_sees_all_rows(submission, hidden, rng):
    """`BatchNorm` on two ranks is nn.BatchNorm1d on all rows: outputs, gradients, running statistics, serving.

    Every row's output depends on the mean, so the mean's gradient comes from every rank.
    """
    data = hidden("two-ranks")
    import torch

    momentum, eps = float(rng.uniform(0.1, 0.5)), float(rng.choice([1e-5, 1e-3]))
    parts = [*deal(rng, len(data.x), [[[5], [5]], [[7], [3]], [[9], [1]], [[6], [0]]])]
    parts = [[rank[0] for rank in step] for step in parts]
    weight, bias = rng.normal(size=6), rng.normal(size=6)
    scene = {"features": 6, "seed": 1, "parts": parts, "momentum": momentum, "eps": eps}
    data.x[:, 1] += 1e6  # far from 0: mean of squares less square of mean loses all digits here
    (left,) = data.run(submission, (2, [("norm", scene)]), weight=weight, bias=bias)
    layer = torch.nn.BatchNorm1d(6, eps=eps, momentum=momentum).double()
    layer.load_state_dict({**layer.state_dict(), "weight": torch.tensor(weight), "bias": torch.tensor(bias)})
    for part in parts:
        x, y = data.nets.rows(data.x, data.y, part[0] + part[1])
        x = x.clone().requires_grad_()
        out = layer(x)
        ((out - y[:, None]) ** 3).sum().backward()
        own = np.split(np.arange(len(x)), [len(part[0])])
        for rank, rows in zip(left, own, strict=True):
            near(rank.take(6 * len(rows)), out.detach().numpy()[rows].ravel(), "outputs are not those of all rows")
            near(rank.take(6 * len(rows)), x.grad.numpy()[rows].ravel(), "gradients are not those of all rows")
    layer.eval()
    for rank, part in zip(left, parts[0], strict=True):
        x, _ = data.nets.rows(data.x, data.y, part)
        near(rank.take(6 * len(part)), layer(x).detach().numpy().ravel(), "when serving, outputs differ")
        near(rank.take(6), layer.running_mean.numpy(), "the running mean differs")
        near(rank.take(6), layer.running_var.numpy(), "the running variance differs")
        near(rank.one(), len(parts), "num_batches_tracked differs")
        assert rank.one() == 0, "when serving, messages are sent"


@pytest.mark.points(2)
@pytest.mark.needs("test_worked_example")
def test_metric_counts_rows_of_all_ranks(submission, hidden, rng):
    """`evaluate` gives the mean over all rows on every rank, with batches that differ in number and size.

    A mean of means is not the mean. And who waits for a rank that has no batch left?
    """
    data = hidden("two-ranks")
    net = {"kind": "normed", "wide": 6, "outputs": 3, "seed": data.seed}
    cases = [[[8, 3, 1], [2]], [[], [1, 1, 5]], [[6, 6], [6, 6]]]
    batches = [deal(rng, len(data.x), [case])[0] for case in cases]
    scenes = [("evaluate", {"net": net, "batches": each}) for each in batches]
    (left,) = data.run(submission, (2, scenes))
    for case in batches:
        module = data.nets.build(**net).eval()
        x, y = data.nets.rows(data.x, data.y, [i for rank in case for numbers in rank for i in numbers])
        wanted = data.nets.squares(module(x), y).mean().item()
        for rank in left:
            near(rank.one(), wanted, "not the mean over the rows of all ranks")
            assert rank.take(2).tolist() == [1, 0], "a part of the module was left in another mode than before"
            assert rank.take(2).tolist() == [0, 0], "evaluation changed the module, or left gradients"


@pytest.mark.points(2)
@pytest.mark.needs("test_steps_follow_one_process", "test_start_copies_all_state")
def test_checkpoint_resumes_on_every_rank(submission, hidden, rng):
    """A run that is saved, begun anew and loaded ends where one that never stopped ends.

    Each rank has a disk of its own. Is the file whole when `save` returns, on the other rank, too? What does the
    optimiser hold?
    """
    data = hidden("two-ranks")
    net = {"kind": "tied", "wide": 6, "outputs": 3, "seed": data.seed}
    steps = deal(rng, len(data.x), [[[4], [3]], [[2], [5]], [[3], [3]], [[4], [1]]])
    epoch = int(rng.integers(2, 50))
    (left,) = data.run(
        submission,
        (2, [("checkpoint", {"net": net, "steps": steps, "bucket_bytes": 512, "epoch": epoch})]),
    )
    module = data.nets.build(**net)
    optimiser, states = data.nets.Momentum(module), []
    for step in steps:
        one_process(data, module, optimiser, step)
        states.append(data.nets.state(module))
    for rank in left:
        first, second = rank.take(2)
        assert first == 1, "when save returns, rank 0's file is not there on every rank"
        assert second == 0, "another rank than 0 writes a file"
        assert rank.one() == epoch, "load returns another epoch"
        near(rank.take(len(states[1])), states[1], "after load the parameters or buffers are not those saved")
        near(rank.take(len(states[3])), states[3], "after load the steps are not those of a run that never stopped")


@pytest.mark.points(6)
@pytest.mark.needs(
    "test_few_large_messages",
    "test_each_epoch_has_an_order_of_its_own",
    "test_accumulation_sends_once",
    "test_batch_norm_sees_all_rows",
    "test_metric_counts_rows_of_all_ranks",
    "test_checkpoint_resumes_on_every_rank",
)
def test_two_processes_are_one(submission, hidden, rng):
    """A whole training on two ranks is that of one process: uneven last batch, accumulation, batch norm, tied weights.

    All parts hold alone. What does one take for granted that another does not give?
    """
    data = hidden("two-ranks", rows=45)
    size, batch, micro = 45, 12, 2
    net = {"kind": "normed", "wide": 6, "outputs": 3, "seed": data.seed}
    options = {"net": net, "size": size, "batch_size": batch, "seed": data.seed, "epochs": 2}
    scene = ("whole", {**options, "micro": micro, "bucket_bytes": 300})
    (left,) = data.run(submission, (2, [scene]))
    module = data.nets.build(**net)
    optimiser = data.nets.Momentum(module)
    for _ in range(2):
        seen = []
        for start in range(0, size, batch):
            parts = [rank.rows(size) for rank in left]
            seen += parts[0] + parts[1]
            assert len(seen) == min(start + batch, size), "a global batch has too many rows, or too few"
            step = [[part[k::micro] for k in range(micro)] for part in parts]
            mean = one_process(data, module, optimiser, step)
            for rank in left:
                near(rank.one(), mean, "the loss of a step is not that of one process")
        assert sorted(seen) == list(range(size)), "a row comes twice in an epoch, or never"
        assert all(rank.one() == -1 for rank in left), "a rank has another number of batches"
    module.eval()
    x, y = data.nets.rows(data.x, data.y, range(size))
    wanted, state = data.nets.squares(module(x), y).mean().item(), data.nets.state(module)
    for rank in left:
        near(rank.one(), wanted, "the loss after training is not that of one process")
        near(rank.take(len(state)), state, "after training the parameters or buffers are not those of one process")
