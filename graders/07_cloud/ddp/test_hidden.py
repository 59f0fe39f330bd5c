"""Hidden checks for cloud-ddp: what the ranks hand back is compared with one process that sees all rows.

The ranks run in the submission's own box, beside its code, and no number that they hand back is believed: it is
compared with one that is computed here, on a redraw. A rank is told its own share of a redraw alone (row numbers,
gradients, the seed of its network), so what depends on all ranks takes messages. The counts of messages and bytes are
the exception: they are taken in the ranks' processes, where a module that tampers with torch.distributed could forge
them. They earn points only beside right gradients.
"""

import itertools
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


def shares(name, dealt):
    """Return what each rank is told of what was dealt: its own column."""
    return [{name: list(own)} for own in zip(*dealt, strict=True)]


def starts(rng, net, world):
    """Return networks of one kind, for each rank one that tells nothing of the others."""
    return [{"net": {**net, "seed": int(seed)}} for seed in rng.integers(1 << 40, size=world)]


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


def reduced(data, net, each):
    """Return for each parameter, by name, the mean gradient over all ranks, or None."""
    wanted, rows = [], sum(rank["rows"] for rank in each)
    for name, p in sorted(data.nets.build(**net).named_parameters()):
        parts = [rank["given"][name] for rank in each if name in rank["given"]]
        wanted.append((p.numel(), sum(parts).ravel() / rows if parts else None))
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


def some(data, rng, net, rows, holds=lambda rank, name: True):
    """Draw gradients for each rank, of which the rows are given, and each parameter that `holds(rank, name)`."""
    shapes = {name: tuple(p.shape) for name, p in data.nets.build(**net).named_parameters()}
    return [
        {"rows": many, "given": {name: rng.normal(size=shapes[name]) for name in shapes if holds(rank, name)}}
        for rank, many in enumerate(rows)
    ]


@pytest.mark.points(1)
@pytest.mark.needs("test_ranks_start_alike")
def test_start_copies_all_state(submission, hidden, rng):
    """`broadcast` copies buffers, counters and frozen parameters too, to every rank.

    What else does a network hold that its gradients never touch? And an optimiser may know the parameters already.
    """
    data = hidden("two-ranks")
    each = [starts(rng, {"kind": kind, "wide": 5, "outputs": 3}, 3) for kind in ("normed", "routed")]
    (left,) = data.run(submission, (3, [("broadcast", {}, nets) for nets in each]))
    for first, *_ in each:
        wanted = data.nets.state(data.nets.build(**first["net"]))
        for rank in left:
            assert np.array_equal(rank.take(len(wanted)), wanted), "a rank does not hold rank 0's state"
            assert rank.one() == 1, "a parameter is another object than before"


@pytest.mark.points(1)
@pytest.mark.needs("test_worked_example")
def test_every_row_weighs_the_same(submission, hidden, rng):
    """Gradients of ranks with different numbers of rows, of three ranks, and of tied weights.

    A rank's share in the mean is its share of the rows. A weight that two layers share has one gradient.
    """
    data = hidden("two-ranks")
    net = {"kind": "tied", "wide": 5, "outputs": 2, "seed": data.seed}
    each = [some(data, rng, net, rows) for rows in ([7, 2], [4, 1, 0], [5, 5, 5])]
    groups = [(len(ranks), [("reduce", {"net": net, "bucket_bytes": 100}, ranks)]) for ranks in each]
    for left, ranks in zip(data.run(submission, *groups), each, strict=True):
        compare_gradients(left, reduced(data, net, ranks))


@pytest.mark.points(2)
@pytest.mark.needs("test_worked_example")
def test_parameters_without_gradient(submission, hidden, rng):
    """A gradient that only some ranks have counts as zero on the others; one that no rank has stays None.

    Every rank must send the same sizes in the same order, whatever its rows have touched.
    """
    data = hidden("two-ranks")
    net = {"kind": "routed", "wide": 4, "outputs": 2, "seed": data.seed}
    each = [
        some(
            data,
            rng,
            net,
            rng.integers(1, 9, 2).tolist(),
            lambda rank, name, held=held: name.split(".")[0] in held[rank],
        )
        for held in ((("left",), ("right",)), (("left", "right"), ("left",)), ((), ("right", "left")))
    ]
    (left,) = data.run(submission, (2, [("reduce", {"net": net, "bucket_bytes": 96}, ranks) for ranks in each]))
    for ranks in each:
        compare_gradients(left, reduced(data, net, ranks))
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
    each = [some(data, rng, of, [5, 4]) for of, _ in played]
    asked = [{"net": of, "bucket_bytes": bucket} for of, bucket in played]
    (left,) = data.run(submission, (2, [("reduce", *scene) for scene in zip(asked, each, strict=True)]))
    for (of, bucket), ranks in zip(played, each, strict=True):
        gradients = reduced(data, of, ranks)
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
    """The order is random and changes with epoch and seed, and with nothing else: not rank, world or what ran before.

    Ask for epoch 1 twice. Then ask on one rank, two and three: the global batches are the same rows.
    """
    data = hidden("two-ranks")
    size, batch, seed = int(rng.integers(41, 60)), 10, data.seed
    if size % batch == 0:
        size += 1
    epochs, others = [None, 1, 2, 1, None, 0, 10, 100], [[seed + 1, 0], [seed ^ 1, 0]]
    asked = [(seed, epochs), *((s, [epoch]) for s, epoch in others), (seed, [2])]
    of = {"size": size, "batch_size": batch}
    scenes = [("sample", {**of, "seed": s, "epochs": e}) for s, e in asked]
    scenes.append(("sample", {"size": 5, "batch_size": 2, "seed": seed, "epochs": [0]}))
    worlds = []
    for left in data.run(submission, *((world, [(*scene, [{}] * world) for scene in scenes]) for world in (1, 2, 3))):
        worlds.append([global_batches(left, size, batch) for _, e in asked for _ in e])
        global_batches(left, 5, 2)
    assert worlds[0] == worlds[1] == worlds[2], "the global batches depend on the number of ranks"
    first, second, third, repeated, kept, zeroth, *far, other, another, returned = worlds[0]
    assert zeroth == first, "before set_epoch the epoch is not 0, or its order depends on what ran before"
    assert second == repeated == kept, "the same epoch has other batches when asked again"
    assert third == returned, "the order of an epoch depends on what ran before"
    different = [first, second, third, *far]
    assert all(a != b for a, b in itertools.combinations(different, 2)), "two epochs have the same global batches"
    assert other not in different, "another seed has an order that this seed has had"
    assert another not in different, "another seed has an order that this seed has had"
    assert max(map(together, different)) <= 0.6, "rows that lie at one distance share their batches: no random order"


def together(batches):
    """Return the share of rows whose batch holds the row so many further on, too, at the worst distance.

    0.29 for a random order, one in a thousand more than 0.47 (20 000 draws); 0.88 for rows rolled or in blocks.
    """
    of = {row: number for number, rows in enumerate(batches) for row in rows}
    of = np.array([of[row] for row in range(len(of))])
    return max((of == np.roll(of, far)).mean() for far in range(1, len(of) // 2 + 1))


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
    scenes = [("train", {"net": net, "bucket_bytes": 200}, shares("steps", steps)) for net, steps in played]
    more = ("train", {"net": tied, "bucket_bytes": 4096}, shares("steps", three))
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
    (left,) = data.run(submission, (2, [("train", {"net": net, "bucket_bytes": 1024}, shares("steps", steps))]))
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
    scene = {"weight": weight, "bias": bias, "momentum": momentum, "eps": eps}
    data.x[:, 1] += 1e6  # far from 0: mean of squares less square of mean loses all digits here
    (left,) = data.run(submission, (2, [("norm", scene, shares("parts", parts))]))
    layer = torch.nn.BatchNorm1d(6, eps=eps, momentum=momentum).double()
    layer.load_state_dict({**layer.state_dict(), "weight": torch.tensor(weight), "bias": torch.tensor(bias)})
    for part in parts:
        x, y = data.nets.rows(data.x, data.y, part[0] + part[1])
        x = x.clone().requires_grad_()
        out = layer(x)
        layer.zero_grad()
        ((out - y[:, None]) ** 3).sum().backward()
        own, shared = np.split(np.arange(len(x)), [len(part[0])]), []
        for rank, rows in zip(left, own, strict=True):
            near(rank.take(6 * len(rows)), out.detach().numpy()[rows].ravel(), "outputs are not those of all rows")
            near(rank.take(6 * len(rows)), x.grad.numpy()[rows].ravel(), "gradients are not those of all rows")
            shared.append(rank.take(12))
        of_all = np.concatenate([layer.weight.grad, layer.bias.grad])
        near(sum(shared), of_all, "the ranks' gradients of weight and bias do not add up to those of all rows")
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
    scenes = [("evaluate", {"net": net}, [{"batches": own} for own in each]) for each in batches]
    (left,) = data.run(submission, (2, scenes))
    for case in batches:
        module = data.nets.build(**net).eval()
        x, y = data.nets.rows(data.x, data.y, [i for rank in case for numbers in rank for i in numbers])
        wanted = data.nets.squares(module(x), y).mean().item()
        for rank in left:
            near(rank.one(), wanted, "not the mean over the rows of all ranks")
            assert rank.take(2).tolist() == [1, 0], "a part of the module was left in another mode than before"
            assert rank.take(2).tolist() == [0, 1], "evaluation changed the module, or its gradients"


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
    scene = ("checkpoint", {"net": net, "bucket_bytes": 512, "epoch": epoch}, shares("steps", steps))
    (left,) = data.run(submission, (2, [scene]))
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


@pytest.mark.points(7)
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
    normed = {"kind": "normed", "wide": 6, "outputs": 3}
    each = starts(rng, normed, 2)
    options = {"size": size, "batch_size": batch, "seed": data.seed, "epochs": 2, "micro": micro, "bucket_bytes": 300}
    net = {**normed, "seed": data.seed}
    steps = deal(rng, size, [[[4, 2], [0, 3]], [[3, 0, 5], [1, 2, 0]]])
    uneven = ("train", {"net": net, "bucket_bytes": 4096}, shares("steps", steps))
    (left,) = data.run(submission, (2, [uneven, ("whole", options, each)]))
    follow(data, left, net, steps)
    module = data.nets.build(**each[0]["net"])
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
