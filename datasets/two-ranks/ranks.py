"""Run ddp.py on several ranks: forks one process a rank and plays the scenes of its job.

The checks put this file beside the submission, with a file ``job.GROUP.RANK`` for each rank, and call `play_job`. A
rank knows its own job alone: all have read theirs, and deleted it, before ddp.py runs anywhere. Each leaves one file of
float64 numbers, ``out.GROUP.RANK``. No verdict is made here. Calls and bytes are counted in the ranks' own processes,
where a module that sets its mind to it can forge them; every other number is compared with one that takes the other
ranks' numbers, too.
"""

import builtins
import contextlib
import faulthandler
import importlib
import io
import math
import os
import pickle
import random
import re
import signal
import sys
import threading
import time
import traceback
from datetime import timedelta
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

QUIET = 10.0  # seconds in which no rank does anything: they wait for each other
LEAST = 0.1  # seconds of processor time that are something; who waits in gloo uses a hundredth of it in this time
LOOK = 0.1  # seconds that one look stands for at most: who is kept from the processor itself has seen nothing
WAIT = 900.0  # seconds that gloo lets a rank wait for another: beyond every limit of a grade
COUNTED = (
    "all_reduce",
    "all_reduce_coalesced",
    "all_gather",
    "all_gather_into_tensor",
    "reduce",
    "broadcast",
    "gather",
    "scatter",
)
COUNTED += ("reduce_scatter", "reduce_scatter_tensor", "all_to_all", "all_to_all_single", "send", "isend")


class Tied(nn.Module):
    """Two layers share one weight."""

    def __init__(self, wide, outputs):
        super().__init__()
        self.first = nn.Linear(wide, wide)
        self.second = nn.Linear(wide, wide)
        self.second.weight = self.first.weight
        self.last = nn.Linear(wide, outputs)

    def forward(self, x):
        return self.last(torch.tanh(self.second(torch.tanh(self.first(x)))))


class Routed(nn.Module):
    """A row goes to one of two experts by the sign of its first value; one layer is idle and one frozen."""

    def __init__(self, wide, outputs):
        super().__init__()
        self.frozen = nn.Linear(wide, wide).requires_grad_(False)
        self.idle = nn.Linear(wide, wide)
        self.left = nn.Linear(wide, outputs)
        self.right = nn.Linear(wide, outputs)

    def forward(self, x):
        hidden, left = torch.tanh(self.frozen(x)), x[:, 0] < 0
        out = hidden.new_zeros(len(x), self.left.out_features)
        if left.any():
            out[left] = self.left(hidden[left])
        if (~left).any():
            out[~left] = self.right(hidden[~left])
        return out


class Odd(nn.Module):
    """Parameters of none and of three dimensions; a buffer that counts, and one that is true or false."""

    def __init__(self, wide, outputs):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))
        self.cube = nn.Parameter(torch.ones(2, wide, 3))
        self.last = nn.Linear(3, outputs)
        self.register_buffer("passes", torch.zeros((), dtype=torch.int64))
        self.register_buffer("open", torch.ones(3, dtype=torch.bool))
        self.register_buffer("shift", torch.zeros(3))

    def forward(self, x):
        if self.training:
            self.passes += 1
        hidden = torch.tanh(x @ self.cube[0]) + torch.tanh(x @ self.cube[1]) * self.scale
        return self.last(hidden * self.open + self.shift)


class Normed(nn.Module):
    """A network with batch normalisation, tied weights and an idle layer."""

    def __init__(self, wide, outputs, norm):
        super().__init__()
        self.idle = nn.Linear(wide, 2)
        self.body = Tied(wide, wide)
        self.norm = norm(wide)
        self.last = nn.Linear(wide, outputs)

    def forward(self, x):
        return self.last(torch.tanh(self.norm(self.body(x))))


class Stacked(nn.Module):
    """Two batch norms, the first of which sees the rows themselves."""

    def __init__(self, wide, outputs, norm):
        super().__init__()
        self.first, self.second = norm(wide), norm(wide)
        self.body, self.last = nn.Linear(wide, wide), nn.Linear(wide, outputs)

    def forward(self, x):
        return self.last(torch.tanh(self.second(self.body(self.first(x)))))


NETWORKS = {"tied": Tied, "routed": Routed, "odd": Odd}
NORMED = {"normed": Normed, "stacked": Stacked}


def build(kind, wide, outputs, seed, norm=nn.BatchNorm1d, dtype="float64"):
    """Return a network whose parameters and buffers depend on `seed` alone."""
    dtype = getattr(torch, dtype)
    if kind == "norm":
        module = norm(wide)
    elif kind == "deep":
        layers = [nn.Linear(wide, wide) for _ in range(8)]
        module = nn.Sequential(*layers, nn.Linear(wide, outputs))
    elif kind in NORMED:
        module = NORMED[kind](wide, outputs, norm)
    else:
        module = NETWORKS[kind](wide, outputs)
    module = module.to(dtype)
    draws = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in sorted([*module.named_parameters(), *module.named_buffers()]):
            if value.dtype.is_floating_point:
                drawn = torch.randn(value.shape, generator=draws, dtype=dtype) * 0.5
                value.copy_(drawn.abs() + 0.5 if name.endswith("running_var") else drawn)
            else:
                value.fill_(seed % 1000)
    return module


def squares(out, y):
    """Return the loss of each row: (rows, outputs) and (rows,) to (rows,)."""
    return ((out - y[:, None]) ** 2).sum(dim=1)


class Momentum:
    """SGD with weight decay, momentum and a rate that falls, in the form of torch.optim.

    The real ones import a compiler at their first step, 3 to 5 s in each process.
    """

    def __init__(self, module, rate=0.1):
        self.params, self.rate = [p for p in module.parameters() if p.requires_grad], rate
        self.velocity, self.steps = [torch.zeros_like(p) for p in self.params], 0

    def zero_grad(self, set_to_none=True):
        for p in self.params:
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                p.grad.zero_()

    @torch.no_grad()
    def step(self):
        self.steps += 1
        for p, velocity in zip(self.params, self.velocity, strict=True):
            if p.grad is not None:  # as in torch.optim: without a gradient nothing moves, not by weight decay either
                velocity.mul_(0.9).add_(p.grad + 0.1 * p)
                p.sub_(velocity, alpha=self.rate / (1 + self.steps))

    def state_dict(self):
        return {"velocity": self.velocity, "steps": self.steps, "param_groups": [{"lr": self.rate}]}

    def load_state_dict(self, state):
        self.velocity, self.steps = [v.clone() for v in state["velocity"]], state["steps"]
        self.rate = state["param_groups"][0]["lr"]


def state(module):
    """Return all parameters and buffers as one vector, by name."""
    named = sorted(module.state_dict().items())
    return np.concatenate([value.double().numpy().ravel() for _, value in named])


def bits(module):
    """Return all parameters and buffers, byte by byte, by name."""
    return np.concatenate([v.reshape(-1).view(torch.uint8).numpy() for _, v in sorted(module.state_dict().items())])


def set_edges(module, first):
    """Set values that an exact copy alone keeps; on rank 0, the `first`, others than elsewhere."""
    edges = [-0.0, math.nan, math.inf, 5e-324] if first else [math.nan, 1.0, -0.0, math.nan]
    for value in module.state_dict().values():
        if value.dtype.is_floating_point:
            some = value.view(-1)[: len(edges)]
            some.copy_(torch.tensor(edges[: len(some)], dtype=value.dtype))
        elif value.dtype == torch.bool:  # by turns
            value.view(-1).copy_(torch.arange(value.numel()) % 2 == first)
        else:
            value.fill_(2**53 + 1 if first else 7)  # no float64 holds the first


def gradients(module):
    """Return, parameter by parameter, whether there is a gradient, and the gradient (zeros for none)."""
    parts = []
    for _, p in sorted(module.named_parameters()):
        parts += [[p.grad is not None], np.zeros(p.numel()) if p.grad is None else p.grad.double().numpy().ravel()]
    return np.concatenate(parts)


def rows(x, y, numbers, dtype="float64"):
    """Return the rows of these numbers, as tensors."""
    numbers = torch.as_tensor(list(numbers), dtype=torch.int64)
    return tuple(torch.from_numpy(values)[numbers].to(getattr(torch, dtype)) for values in (x, y))


def salted(rank):
    """Return `hash` as a process of its own has it: that of a text is another one in each."""

    def has_text(value):
        return isinstance(value, (str, bytes)) or (isinstance(value, (tuple, frozenset)) and any(map(has_text, value)))

    return lambda value: hash(value) ^ (rank + 1 if has_text(value) else 0)


def count():
    """Wrap the collectives; return the list that gets the bytes of each call."""
    sizes = []

    def wrap(name, real):
        def counted(*args, **kwargs):
            found = [a for a in (*args, *kwargs.values()) if isinstance(a, (torch.Tensor, list))]
            tensors = [t for a in found for t in ([a] if isinstance(a, torch.Tensor) else a)]
            sizes.append(sum(t.numel() * t.element_size() for t in tensors if isinstance(t, torch.Tensor)))
            return real(*args, **kwargs)

        return counted

    for name in COUNTED:
        wrapped = wrap(name, getattr(dist, name))
        for place in (dist, dist.distributed_c10d):
            setattr(place, name, wrapped)
    return sizes


class Rank:
    """One process of the group: the learner's module, what it was given, and what it leaves."""

    def __init__(self, rank, world, x, y):
        self.rank, self.world, self.x, self.y = rank, world, x, y
        self.left = []
        self.sizes = count()
        sys.modules.pop("ddp", None)  # one that was loaded before the counting began
        self.ddp = importlib.import_module("ddp")
        vars(self.ddp).setdefault("hash", salted(rank))  # the ranks are forks of one process, whose salt they share
        self.module = None  # of the scene before

    def leave(self, *values):
        self.left += [np.atleast_1d(np.asarray(v, dtype=np.float64)).ravel() for v in values]

    def tell(self, sizes):
        """Leave a number of calls, their bytes, and the largest one's."""
        self.leave([len(sizes), sum(sizes), max(sizes, default=0)])

    def rows(self, numbers, dtype="float64"):
        """Return the rows of these numbers, as this rank's loader would."""
        return rows(self.x, self.y, numbers, dtype)

    def make(self, net):
        """Build a network with the learner's batch norm."""
        return build(**net, norm=self.ddp.BatchNorm if net["kind"] in NORMED else nn.BatchNorm1d)

    def step(self, net, module, optimiser, numbers, bucket_bytes):
        """Take a step on micro-batches of these rows; return what it returns."""
        micro = [self.rows(some, net.get("dtype", "float64")) for some in numbers]
        return self.ddp.train_step(module, optimiser, squares, micro, bucket_bytes)

    def reduce(self, module, rows, given, bucket_bytes):
        """Set gradients (`given`: arrays, by parameter) and reduce them."""
        for name, p in module.named_parameters():
            p.grad = torch.from_numpy(np.asarray(given[name])).to(p.dtype).clone() if name in given else None
        self.ddp.reduce_gradients(module, rows, bucket_bytes)

    def play_broadcast(self, net, edges=False):
        module = build(**net)
        if edges:
            set_edges(module, self.rank == 0)
        before = [(p, p.requires_grad) for p in module.parameters()]
        self.ddp.broadcast(module)
        after = [(p, p.requires_grad) for p in module.parameters()]
        same = all(p is q and learns == still for (p, learns), (q, still) in zip(before, after, strict=False))
        self.leave(bits(module), len(before) == len(after) and same)

    def play_reduce(self, net, rows, given, bucket_bytes, kept=False):
        """Reduce gradients that are given, leave them; `kept`: of the network before."""
        self.module = module = self.module if kept else self.make(net)
        before = bits(module)
        self.sizes.clear()
        self.reduce(module, rows, given, bucket_bytes)
        sizes = list(self.sizes)
        self.leave(gradients(module), np.array_equal(bits(module), before))
        self.tell(sizes)

    def play_train(self, net, steps, bucket_bytes):
        """Take steps; each is a list of micro-batches, each of these a list of row numbers."""
        module = self.make(net)
        optimiser = Momentum(module)
        for step in steps:
            self.sizes.clear()
            mean = self.step(net, module, optimiser, step, bucket_bytes)
            sizes = list(self.sizes)
            self.leave(mean, isinstance(mean, float), state(module))
            self.tell(sizes)

    def play_norm(self, weight, bias, parts, momentum, eps, scale, shift, dtype="float64", learn=True):
        """Send this rank's rows through the layer, backwards too, then once more as when serving.

        The rows are multiplied by `scale` and moved by `shift`; they get a gradient where they `learn`.
        """
        layer = self.ddp.BatchNorm(len(weight), eps=eps, momentum=momentum).to(getattr(torch, dtype))
        used = self.x[:, : len(weight)]
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(weight))
            layer.bias.copy_(torch.from_numpy(bias))
        for part in parts:
            x, target = rows(used * scale + shift, self.y, part, dtype)
            given = x.clone()
            x.requires_grad_(learn)
            out = layer(x)
            ((out - target[:, None]) ** 3).sum().backward()
            self.leave(out.detach().numpy(), out.dtype == x.dtype, torch.equal(x.detach(), given))
            self.leave(x.grad.numpy() if learn else [])
            self.leave(*(np.zeros(p.shape) if p.grad is None else p.grad.numpy() for p in (layer.weight, layer.bias)))
            layer.zero_grad()
        layer.eval()
        self.sizes.clear()
        x, _ = rows(used * scale + shift, self.y, parts[0], dtype)
        self.leave(layer(x).detach().numpy(), layer.running_mean.numpy(), layer.running_var.numpy())
        self.leave(layer.num_batches_tracked.item(), len(self.sizes))

    def play_sample(self, size, batch_size, seed, epochs, beside=False):
        """Leave, for each epoch (None: as it is), how many batches there are, and of each the length and the rows.

        `beside`: another sampler is in use, and each pass has a second one beside it, one that was given up, and the
        epoch set meanwhile.
        """
        now = 0
        sampler = self.ddp.BatchSampler(size, batch_size, seed)
        other = self.ddp.BatchSampler(size, batch_size, seed + 1)
        for epoch in epochs:
            if epoch is not None:
                sampler.set_epoch(epoch)
                now = epoch
            batches = []
            if beside:
                other.set_epoch(7)
                next(iter(other)), next(iter(sampler))
                for one, _ in zip(sampler, sampler, strict=False):
                    batches.append(one)
                    sampler.set_epoch(now + 3)
                sampler.set_epoch(now)
            batches = batches or list(sampler)
            ints = all(isinstance(i, (int, np.integer)) for batch in batches for i in batch)
            self.leave(len(sampler), len(batches), ints and all(isinstance(batch, list) for batch in batches))
            for batch in batches:
                self.leave(len(batch), batch)

    def play_evaluate(self, net, batches, modes):
        """Evaluate a network, each module in a mode of its own (`modes`: whether it trains, in their order)."""
        module = build(**net)
        parts, params = list(module.modules()), list(module.parameters())
        for part, mode in zip(parts, modes, strict=True):
            part.training = mode
        for p in params[::2]:
            p.grad = torch.ones_like(p)
        before, trained = bits(module), []

        def loss(out, y):
            trained.append(any(part.training for part in parts))
            return squares(out, y)

        found = self.ddp.evaluate(module, loss, [self.rows(n, net.get("dtype", "float64")) for n in batches])
        kept = all(p.grad is not None and bool((p.grad == 1).all()) for p in params[::2])
        kept = kept and all(p.grad is None for p in params[1::2]) and np.array_equal(bits(module), before)
        self.leave(found, isinstance(found, float), any(trained), [part.training for part in parts])
        self.leave(kept, torch.is_grad_enabled())

    def disk(self):
        """Return this rank's own folder."""
        folder = Path(f"disk{self.rank}").absolute()
        folder.mkdir(exist_ok=True)
        return folder

    def play_save(self, net, steps, bucket_bytes, epoch, name):
        """Save at once; take steps, save to the same place; leave who has written what by then."""
        path, written = self.disk() / name, Path("disk0", name)
        module = self.make(net)
        optimiser = Momentum(module)
        self.ddp.save(str(path), module, optimiser, epoch + 1)
        for step in steps:
            self.step(net, module, optimiser, step, bucket_bytes)
        with self.slow_disk() if self.rank == 0 else contextlib.nullcontext():
            self.ddp.save(str(path), module, optimiser, epoch)
        now = written.read_bytes() if written.is_file() else b""
        dist.barrier()
        later = written.read_bytes() if written.is_file() else b""
        self.leave(bool(now) and now == later, self.rank > 0 and any(self.disk().iterdir()), state(module))

    def play_load(self, net, steps, bucket_bytes, name):
        """Load what other processes have saved, and take steps; other ranks than 0 have another run's file there."""
        path = self.disk() / name
        if self.rank:
            path.write_bytes(b"of another run")
        module = self.make(net)
        optimiser = Momentum(module, rate=0.3)  # the file's own is another one
        epoch = self.ddp.load(str(path), module, optimiser)
        self.leave(epoch, isinstance(epoch, int), state(module))
        for step in steps:
            self.step(net, module, optimiser, step, bucket_bytes)
        self.leave(state(module))

    def play_again(self, nets, steps, held, reduced, bucket_bytes):
        """Use networks by turns: move, broadcast, evaluate rows that move too, step, save, spoil, load.

        Then load the first file once more, which somebody has put back, and reduce gradients.
        """
        first = None
        made = [(build(**net), net) for net in nets]
        made = [(module, Momentum(module), net) for module, net in made]
        path, (x, y) = str(self.disk() / "latest"), self.rows(held)
        batches, epoch = [(x, y)], 0
        for step in steps:
            for module, optimiser, net in made:
                x += 0.1
                with torch.no_grad():
                    for p in module.parameters():
                        p += 0.1 * (self.rank + 1)
                self.ddp.broadcast(module)
                self.leave(self.ddp.evaluate(module, squares, batches))
                self.leave(self.step(net, module, optimiser, step, bucket_bytes))
                self.ddp.save(path, module, optimiser, epoch)
                if self.rank == 0:
                    first = first or Path(path).read_bytes()
                with torch.no_grad():
                    for p in module.parameters():
                        p.zero_()
                optimiser.load_state_dict(Momentum(module).state_dict())
                self.leave(self.ddp.load(path, module, optimiser), state(module))
                epoch += 1
        if first is not None:
            Path(path).write_bytes(first)
        module, optimiser, _ = made[0]
        self.leave(self.ddp.load(path, module, optimiser), state(module))
        for (module, *_), own in zip(made, reduced, strict=True):
            self.reduce(module, **own, bucket_bytes=bucket_bytes)
        for module, *_ in made:
            self.leave(gradients(module))

    @contextlib.contextmanager
    def slow_disk(self):
        """Let the first file that is written take half a second, by whatever function."""
        real = (builtins, "open", open), (io, "open", io.open), (torch, "save", torch.save)
        slept = []

        def slow(function):
            def slowed(*args, **kwargs):
                if not slept:
                    slept.append(True)
                    time.sleep(0.5)
                return function(*args, **kwargs)

            return slowed

        for place, name, function in real:
            setattr(place, name, slow(function))
        try:
            yield
        finally:
            for place, name, function in real:
                setattr(place, name, function)

    def play_whole(self, net, size, batch_size, seed, epochs, micro, bucket_bytes):
        """Train as one would: broadcast, an order an epoch, steps of several micro-batches, evaluation."""
        module = self.make(net)
        self.ddp.broadcast(module)
        optimiser = Momentum(module)
        sampler = self.ddp.BatchSampler(size, batch_size, seed)
        own = range(self.rank, size, self.world)
        held = [self.rows(some) for some in ((own[:5], own[5:]) if self.rank == 0 else (own,))]
        for epoch in range(epochs):
            sampler.set_epoch(epoch)
            for numbers in sampler:
                numbers = [int(i) for i in numbers]
                self.leave(len(numbers), numbers)
                parts = [self.rows(numbers[k::micro]) for k in range(micro)]
                self.leave(self.ddp.train_step(module, optimiser, squares, parts, bucket_bytes))
            self.leave(-1, self.ddp.evaluate(module, squares, held))
        self.leave(state(module))


class Patience:
    """When is enough: no clock on the wall says, as other work on the machine would turn it; processor time does.

    Ranks that wait for each other use none. Right ones use some, however little of it a busy machine gives them; who
    uses too much is stopped by the limits of the grade. Each rank tells what it uses, as no box may ask of another.
    """

    def __init__(self):
        self.told, self.tell = os.pipe()
        os.set_blocking(self.told, False)
        self.looked, self.quiet = time.monotonic(), 0.0

    def over(self):
        """Return whether no rank has done anything for a while."""
        now = time.monotonic()
        self.quiet += min(LOOK, now - self.looked)
        self.looked = now
        with contextlib.suppress(BlockingIOError):
            if os.read(self.told, 1 << 16):
                self.quiet = 0.0
        return self.quiet > QUIET

    def beat(self):
        """Tell of this process, from a thread of its own, whenever it has used some processor time."""
        used = 0.0
        while True:
            time.sleep(LOOK)
            if time.process_time() > used + LEAST:
                used = time.process_time()
                os.write(self.tell, b".")


def play(rank, world, number, turn, patience):
    """Be one rank: read its job, join the group, play the scenes, leave a file."""
    threading.Thread(target=patience.beat, daemon=True).start()
    asked = os.open(f"place.{number}.{rank}", os.O_WRONLY | os.O_CREAT)
    faulthandler.register(signal.SIGUSR1, asked, all_threads=True)
    job = Path(f"job.{number}.{rank}")
    x, y, scenes = pickle.loads(job.read_bytes())  # the check has written it
    job.unlink()
    os.read(turn, 1)
    torch.manual_seed(1000 + rank)
    np.random.seed(1000 + rank)
    random.seed(1000 + rank)
    where = Path(f"meet.{number}").absolute()
    dist.init_process_group(
        "gloo", init_method=f"file://{where}", rank=rank, world_size=world, timeout=timedelta(seconds=WAIT)
    )
    me = Rank(rank, world, x, y)
    for name, options in scenes:
        getattr(me, f"play_{name}")(**options)
    Path(f"out.{number}.{rank}").write_bytes(np.concatenate(me.left).astype("<f8").tobytes())
    with contextlib.suppress(RuntimeError):  # who is last finds the others gone
        dist.barrier()


def fork(rank, world, number, turn, patience):
    """Start one rank; return its process id. What it raises is left in a file."""
    if child := os.fork():
        return child
    code = 1
    try:
        play(rank, world, number, turn, patience)
        code = 0
    except BaseException as error:
        kinds = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins"]
        own = [
            f"{f.name}, line {f.lineno}" for f in traceback.extract_tb(error.__traceback__) if "ddp.py" in f.filename
        ]
        said = f"RANK {rank} raised {kinds[0]}\n{(own or ['?'])[-1]}: {error}\n\n{traceback.format_exc()}\n"
        Path(f"error.{number}.{rank}").write_text(said, encoding="utf-8", errors="replace")
    finally:
        os._exit(code)  # no atexit of anybody's


def place(number, rank):
    """Return where in ddp.py a rank waits, in words; nothing where it waits elsewhere."""
    path = Path(f"place.{number}.{rank}")
    told = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    own = re.findall(r'ddp\.py", line (\d+) in (\w+)', told)
    return f"RANK {rank} waits in {own[0][1]}, line {own[0][0]}" if own else ""


def group(number, ranks, patience):
    """Wait for the ranks of one group; return what went wrong, or nothing."""
    wrong, world = "", len(ranks)
    while ranks and not wrong:
        for child in list(ranks):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                rank = ranks.pop(child)
                wrong = wrong or (f"rank {rank} failed" if status else "")
        if ranks and not wrong and patience.over():
            wrong = "the ranks did not come to an end: one waits for another"
            for child in ranks:
                os.kill(child, signal.SIGUSR1)  # it leaves the place
        time.sleep(0.005)
    if not wrong and not all(Path(f"out.{number}.{rank}").is_file() for rank in range(world)):
        wrong = "a rank ended early"
    if wrong:
        time.sleep(0.2)  # let the others say what they have to
    errors = [Path(f"error.{number}.{rank}") for rank in range(world)]
    said = [e.read_text(encoding="utf-8") for e in errors if e.is_file()]
    said += filter(None, (place(number, rank) for rank in range(world)))
    return wrong and "\n".join([*said, wrong])


def play_job(worlds):
    """Play groups of so many ranks, one after another; return what went wrong in the first that failed, or nothing."""
    os.environ["GLOO_SOCKET_IFNAME"] = "lo" if sys.platform == "linux" else "lo0"
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    torch.set_num_threads(1)
    wrong = ""
    turns, patience = [os.pipe() for _ in worlds], Patience()
    groups = [
        {fork(rank, world, number, turns[number][0], patience): rank for rank in range(world)}
        for number, world in enumerate(worlds)
    ]
    while any(Path().glob("job.*")) and not patience.over():
        time.sleep(0.002)
    for number, ranks in enumerate(groups):
        os.write(turns[number][1], b"." * len(ranks))
        if wrong := group(number, ranks, patience):
            break
    for child in [child for ranks in groups for child in ranks]:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return wrong
