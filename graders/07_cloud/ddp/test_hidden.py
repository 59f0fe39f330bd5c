"""Hidden checks for cloud-ddp: what the ranks hand back is compared with one process that sees all rows.

The ranks run in the submission's own box, beside its code, and no number that they hand back is believed: it is
compared with one that is computed here, on a redraw. A rank is told its own share of a redraw alone (row numbers,
gradients, the seed of its network), so what depends on all ranks takes messages. The counts of messages and bytes are
the exception: they are taken in the ranks' processes, where a module that tampers with torch.distributed could forge
them. They earn points only beside right gradients.
"""

import ast
import math
from pathlib import Path

import numpy as np
import pytest

from tenfold.datasets import module

HERE = Path(__file__).resolve().parent
cases, orders, one_process = (module(HERE / f"{name}.py") for name in ("cases", "orders", "one_process"))
near = one_process.near

NOT_YOURS = {"DistributedDataParallel", "DistributedSampler", "SyncBatchNorm"}


def names(source):
    """Return all names that a source uses or imports; none where it is not Python."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found = {getattr(node, "id", None) or getattr(node, "attr", None) for node in nodes}
    imported = (alias.name for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names)
    return found | {name.rpartition(".")[2] for name in imported}


def follow(submission, data, worlds, judge):
    """Play cases, by the number of ranks, and judge each; a fault is told with its kind."""
    groups = [(world, [scene for _, scene, _ in played]) for world, played in worlds.items()]
    for left, played in zip(data.run(submission, *groups), worlds.values(), strict=True):
        for kind, _, known in played:
            with one_process.told(kind):
                judge(data, left, *known)


@pytest.mark.points(1)
@pytest.mark.needs("test_ranks_start_alike")
def test_start_copies_all_state(submission, hidden, rng):
    """`broadcast` copies buffers, counters and frozen parameters too, to every rank, to the last bit.

    What else does a network hold that its gradients never touch, and of which types? Who knows its parameters already?
    """
    data = hidden("two-ranks")
    asked = [("normed", "float64"), ("routed", "float32"), ("odd", "float64"), ("stacked", "float32")]
    asked = [cases.starts(rng, {"kind": k, "wide": 5, "outputs": 3, "dtype": dtype}, 4) for k, dtype in asked]
    scenes = [("broadcast", {"edges": edges}, nets) for nets in asked for edges in (False, True)]
    (left,) = data.run(submission, (4, scenes))
    for _, options, (first, *_) in scenes:
        net = data.nets.build(**first["net"])
        if options["edges"]:
            data.nets.set_edges(net, True)
        wanted = data.nets.bits(net)
        for rank in left:
            assert np.array_equal(rank.take(len(wanted)), wanted), "a rank does not hold rank 0's state"
            assert rank.one() == 1, "a parameter is another object than before, or learns no more"


@pytest.mark.points(1)
@pytest.mark.needs("test_worked_example")
def test_every_row_weighs_the_same(submission, hidden, rng):
    """Gradients of one, two and four ranks with any numbers of rows, of tied weights, in buckets of any size.

    A rank's share in the mean is its share of the rows. How large may a number of rows be? In which type are the
    gradients added up? A weight that two layers share has one gradient.
    """
    assert not NOT_YOURS & names(submission.read("ddp.py")), "a class that is not allowed is used"
    data = hidden("two-ranks")
    follow(submission, data, cases.reductions(data, rng), one_process.follow_reduction)


@pytest.mark.points(2)
@pytest.mark.needs("test_every_row_weighs_the_same")
def test_parameters_without_gradient(submission, hidden, rng):
    """A gradient that only some ranks have counts as zero on the others; one that no rank has stays None.

    Every rank must send the same sizes in the same order, whatever its rows have touched, this time.
    """
    data = hidden("two-ranks")
    follow(submission, data, cases.partial(data, rng), one_process.follow_reduction)


@pytest.mark.points(2)
@pytest.mark.needs("test_every_row_weighs_the_same")
def test_few_large_messages(submission, hidden, rng, credit):
    """A step sends each gradient once, in few messages, none larger than a bucket.

    Each message costs a round trip, however small. Concatenate, send, cut apart. How many bytes has a number?
    """
    data = hidden("two-ranks")
    deep = {"kind": "deep", "wide": int(rng.integers(60, 70)), "outputs": 3, "seed": data.seed, "dtype": "float32"}
    double = {**deep, "dtype": "float64"}
    played = [(deep, 20_000), (double, 50_000), (deep, 1 << 20), ({**double, "kind": "tied"}, 4_000)]
    each = [cases.some(data, rng, of, [5, 4]) for of, _ in played]
    asked = [{"net": of, "bucket_bytes": bucket} for of, bucket in played]
    (left,) = data.run(submission, (2, [("reduce", *scene) for scene in zip(asked, each, strict=True)]))
    for (of, bucket), ranks in zip(played, each, strict=True):
        number = 4 if of["dtype"] == "float32" else 8
        sizes = [number * size for size, _ in one_process.reduced(data, of, ranks)]
        for calls, sent, largest in one_process.follow_reduction(data, left, of, ranks):
            assert sent >= sum(sizes), "fewer bytes were counted than the gradients have"
            assert largest <= max(bucket, *sizes) + 1024, "a message is larger than a bucket"
            credit(calls / math.ceil(sum(sizes) / bucket), floor=4.0, full=3.0, name="messages", unit=" a bucket")
            credit(sent / sum(sizes), floor=1.10, full=1.02, name="bytes", unit=" of the parameters'")


@pytest.mark.points(2)
@pytest.mark.needs("test_parts_cover_every_row_once")
def test_each_epoch_has_an_order_of_its_own(submission, hidden, rng):
    """The order is random and changes with epoch and seed, and with nothing else: not rank, world or what ran before.

    Ask for epoch 1 twice, and beside another sampler. Which two pairs (seed, epoch) come to one number in your code?
    Then ask on one rank and on four: the global batches are the same rows.
    """
    data = hidden("two-ranks")
    size, batch, seed = int(rng.integers(41, 50)), 10, data.seed
    again = [(seed, [None, 1, 2, 1, None, 0, 10, 100]), (seed + 1, [0]), (seed ^ 1, [0]), (seed, [2])]
    asked = [*again, *orders.PAIRS]
    scenes = [
        ("sample", {"size": size, "batch_size": batch, "seed": s, "epochs": e, "beside": e[0] is None})
        for s, e in asked
    ]
    scenes += [("sample", {"size": n, "batch_size": most, "seed": seed, "epochs": [0]}) for n, most in orders.SHAPES]
    found = []
    for left in data.run(submission, *((world, [(*scene, [{}] * world) for scene in scenes]) for world in (1, 4))):
        found.append(orders.orders(left, asked, size, batch))
        shapes = [orders.orders(left, [(seed, [0])], *shape)[seed, 0] for shape in orders.SHAPES]
        assert orders.together(shapes[-1]) <= orders.ALIKE, "3,000 rows: no random order"
        found[-1]["shapes"] = shapes
    assert found[0] == found[1], "the global batches depend on the number of ranks"
    del found[0]["shapes"]
    different = list(found[0].values())
    assert orders.likeness(different) <= orders.ALIKE, "two pairs of seed and epoch have batches that are alike"
    together = max(map(orders.together, different))
    assert together <= orders.ALIKE, "rows that lie at one distance share their batches: no random order"


@pytest.mark.points(3)
@pytest.mark.needs("test_every_row_weighs_the_same", "test_parameters_without_gradient")
def test_steps_follow_one_process(submission, hidden, rng):
    """Steps of uneven micro-batches end where one process ends; the loss is that of all rows.

    Write down who has which gradient just before `optimizer.step()`. With several micro-batches, how often is the
    gradient of a row counted? And which gradient has an expert that no row of this step has used?
    """
    data = hidden("two-ranks")
    follow(submission, data, cases.trainings(data, rng), one_process.follow)


@pytest.mark.points(1)
@pytest.mark.needs("test_steps_follow_one_process")
def test_accumulation_sends_once(submission, hidden, rng):
    """A step of two or four micro-batches sends no more than a step of one.

    Gradients add up in `p.grad` for nothing. Only the sum has to travel.
    """
    data = hidden("two-ranks")
    net = {"kind": "tied", "wide": 6, "outputs": 3, "seed": data.seed}
    steps = cases.deal(rng, len(data.x), [[[4], [4]], [[2, 1, 1, 3], [1, 1, 2, 1]], [[3, 1], [1, 2]]])
    scene = ("train", {"net": net, "bucket_bytes": 1024}, cases.shares("steps", steps))
    (left,) = data.run(submission, (2, [scene]))
    sent = one_process.follow(data, left, net, steps)
    for one, *more in zip(sent[:2], sent[2:4], sent[4:], strict=True):
        assert one[0] >= 1, "no message was counted"
        assert all((several[:2] <= one[:2]).all() for several in more), "a step of several micro-batches sends more"


@pytest.mark.points(3)
@pytest.mark.needs("test_worked_example")
def test_batch_norm_sees_all_rows(submission, hidden, rng):
    """`BatchNorm` on one rank and three is nn.BatchNorm1d on all rows: outputs, gradients, running statistics, serving.

    Every row's output depends on the mean, so the mean's gradient comes from every rank, also from one without rows.
    """
    data = hidden("two-ranks")
    follow(submission, data, cases.norms(rng, len(data.x)), one_process.follow_norm)


@pytest.mark.points(2)
@pytest.mark.needs("test_worked_example")
def test_metric_counts_rows_of_all_ranks(submission, hidden, rng):
    """`evaluate` gives the mean over all rows on every rank, with batches that differ in number and size.

    A mean of means is not the mean. Who waits for a rank that has no batch left? In which mode was each module before?
    """
    data = hidden("two-ranks")
    follow(submission, data, cases.evaluations(data, rng), one_process.follow_evaluation)


@pytest.mark.points(2)
@pytest.mark.needs("test_steps_follow_one_process", "test_start_copies_all_state")
def test_checkpoint_resumes_on_every_rank(submission, hidden, rng):
    """A run that is saved, and loaded by other processes, ends where one that never stopped ends.

    Each rank has a disk of its own. Is the file whole, and the new one, when `save` returns on the other rank? What
    lives in no process, and what does the optimiser hold?
    """
    data = hidden("two-ranks")
    net = {"kind": "odd", "wide": 6, "outputs": 3, "seed": data.seed}
    steps = cases.deal(rng, len(data.x), [[[4], [3]], [[2], [5]], [[3], [3]], [[4], [1]]])
    epoch, name = int(rng.integers(300, 1000)), "after 2 epochs"
    options = {"bucket_bytes": 512, "name": name}
    own = [cases.shares("steps", half) for half in (steps[:2], steps[2:])]
    anew = [{**start, **rank} for start, rank in zip(cases.starts(rng, net, 2), own[1], strict=True)]
    groups = [(2, [("save", {**options, "net": net, "epoch": epoch}, own[0])]), (2, [("load", options, anew)])]
    saved, loaded = data.run(submission, *groups)
    module = data.nets.build(**net)
    optimiser, states = data.nets.Momentum(module), []
    for step in steps:
        one_process.one_step(data, module, optimiser, step)
        states.append(data.nets.state(module))
    for rank in saved:
        assert rank.one() == 1, "when save returns, rank 0's new file is not whole, or not at its path, on every rank"
        assert rank.one() == 0, "another rank than 0 writes a file"
        near(rank.take(len(states[1])), states[1], "save changes parameters or buffers")
    for rank in loaded:
        assert rank.one() == epoch, "load returns another epoch"
        assert rank.one() == 1, "load returns no int"
        near(rank.take(len(states[1])), states[1], "after load the parameters or buffers are not those saved")
        near(rank.take(len(states[3])), states[3], "after load the steps are not those of a run that never stopped")


@pytest.mark.points(1)
@pytest.mark.needs("test_checkpoint_resumes_on_every_rank", "test_metric_counts_rows_of_all_ranks")
def test_nothing_is_kept_between_calls(submission, hidden, rng):
    """Two networks by turns, changed in place between the calls: each call looks at what is there now.

    What do your functions keep, and by what do they find it again: by an object, a path, a first time?
    """
    data = hidden("two-ranks")
    made = zip(*(cases.starts(rng, {"kind": "odd", "wide": 6, "outputs": 2}, 2) for _ in range(2)), strict=True)
    nets = [[start["net"] for start in rank] for rank in made]
    steps = cases.deal(rng, len(data.x), [[[3], [2]], [[1, 2], [2, 1]], [[3], [2]]])
    held, given = cases.cut(rng, np.arange(len(data.x)), [5, 3]), [cases.some(data, rng, n, [4, 3]) for n in nets[0]]
    told = zip(nets, held, cases.shares("steps", steps), cases.shares("reduced", given), strict=True)
    each = [{"nets": own, "held": rows, **rank, **more} for own, rows, rank, more in told]
    (left,) = data.run(submission, (2, [("again", {"bucket_bytes": 512}, each)]))
    one_process.follow_again(data, left, nets[0], steps, [i for rows in held for i in rows], given)


@pytest.mark.points(7)
@pytest.mark.needs(
    "test_few_large_messages",
    "test_each_epoch_has_an_order_of_its_own",
    "test_accumulation_sends_once",
    "test_batch_norm_sees_all_rows",
    "test_nothing_is_kept_between_calls",
)
def test_two_processes_are_one(submission, hidden, rng):
    """A whole training on two ranks is that of one process: uneven last batch, accumulation, batch norm, tied weights.

    All parts hold alone. What does one take for granted that another does not give?
    """
    data = hidden("two-ranks", rows=45)
    size, batch, micro = 45, 12, 2
    normed = {"kind": "normed", "wide": 6, "outputs": 3}
    each = cases.starts(rng, normed, 2)
    options = {"size": size, "batch_size": batch, "seed": data.seed, "epochs": 2, "micro": micro, "bucket_bytes": 300}
    nets = [{**normed, "kind": kind, "seed": data.seed} for kind in ("normed", "stacked")]
    sizes = [[[4, 2], [0, 3]], [[3, 0, 5], [1, 2, 0]], [[0, 0], [2, 4]], [[3], [0]]]
    steps = [cases.deal(rng, size, sizes) for _ in nets]
    uneven = [
        ("train", {"net": net, "bucket_bytes": 4096}, cases.shares("steps", dealt))
        for net, dealt in zip(nets, steps, strict=True)
    ]
    (left,) = data.run(submission, (2, [*uneven, ("whole", options, each)]))
    for net, dealt in zip(nets, steps, strict=True):
        one_process.follow(data, left, net, dealt)
    module = data.nets.build(**each[0]["net"])
    optimiser = data.nets.Momentum(module)
    for _ in range(2):
        seen = []
        for start in range(0, size, batch):
            parts = [rank.rows(size) for rank in left]
            seen += parts[0] + parts[1]
            assert len(seen) == min(start + batch, size), "a global batch has too many rows, or too few"
            step = [[part[k::micro] for k in range(micro)] for part in parts]
            mean = one_process.one_step(data, module, optimiser, step)
            for rank in left:
                near(rank.one(), mean, "the loss of a step is not that of one process")
        assert sorted(seen) == list(range(size)), "a row comes twice in an epoch, or never"
        loss = one_process.mean_loss(data, module, range(size))
        for rank in left:
            assert rank.one() == -1, "a rank has another number of batches"
            near(rank.one(), loss, "the loss after an epoch is not that of one process")
    state = data.nets.state(module)
    for rank in left:
        near(rank.take(len(state)), state, "after training the parameters or buffers are not those of one process")
