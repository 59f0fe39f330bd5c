# WRONG. Statement: "Gradients are finite, at most 10¹⁰ in size … Numbers agree within 10⁻⁶ (relative above 1), those of float32 modules within 10⁻³"
# float64 gradients travel as float32: 1e8 + 0.5 on one rank and -1e8 on another give 0, not 0.5 (only float32 modules have the wider tolerance).
"""Data-parallel training by hand: names and dictionaries, NumPy for orders, Chan's merge for batch norm."""

import contextlib
import pickle

import numpy as np
import torch
import torch.distributed as dist
from torch import nn


def broadcast(module):
    """Copy rank 0's parameters and buffers to every rank, in place."""
    mine = {name: value for name, value in module.state_dict().items() if isinstance(value, torch.Tensor)}
    box = [None]
    if dist.get_rank() == 0:
        box[0] = {name: value.detach().reshape(-1).numpy().tobytes() for name, value in mine.items()}
    dist.broadcast_object_list(box, src=0)
    for name, value in mine.items():
        value.detach().reshape(-1).view(torch.uint8).numpy()[:] = np.frombuffer(box[0][name], dtype=np.uint8)


def _used_anywhere(learning, some_lack):
    """Names of the parameters with a gradient on at least one rank, in the module's order."""
    if not some_lack:
        return list(learning)
    used = [None] * dist.get_world_size()
    dist.all_gather_object(used, [name for name, p in learning.items() if p.grad is not None])
    used = set().union(*used)
    return [name for name in learning if name in used]


def reduce_gradients(module, rows, bucket_bytes):
    """Replace each gradient of this rank's summed loss by that of the mean loss over the rows of all ranks."""
    learning = {name: p for name, p in module.named_parameters() if p.requires_grad}  # a tied weight has one name here
    head = torch.tensor([rows, sum(p.grad is None for p in learning.values())], dtype=torch.int64)
    dist.all_reduce(head)
    all_rows, lacking = (int(number) for number in head)
    names = _used_anywhere(learning, lacking > 0)

    while names:
        bucket, room = [], bucket_bytes
        while names and (not bucket or learning[names[0]].nbytes <= room):
            name = names.pop(0)
            bucket.append(learning[name])
            room -= learning[name].nbytes
        message = torch.zeros(sum(p.numel() for p in bucket), dtype=torch.float32)  # half the bytes of float64
        pieces = message.split([p.numel() for p in bucket])
        for p, piece in zip(bucket, pieces):
            if p.grad is not None:
                piece.copy_(p.grad.detach().reshape(-1))
        dist.all_reduce(message)
        for p, piece in zip(bucket, pieces):
            p.grad = (piece.to(p.dtype) / all_rows).reshape(p.shape)


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Take one step on the mean loss over all rows of all ranks; return that loss, a float."""
    optimizer.zero_grad(set_to_none=True)
    module.zero_grad(set_to_none=True)
    score = torch.zeros(2, dtype=torch.float64)
    for x, y in micro_batches:
        losses = loss_fn(module(x), y)
        loss = losses.sum()
        loss.backward()
        score[0] += loss.item() if losses.dtype == torch.float64 else losses.detach().double().sum()
        score[1] += losses.shape[0]
    reduce_gradients(module, int(score[1]), bucket_bytes)
    optimizer.step()
    dist.all_reduce(score)
    return float(score[0] / score[1])


class BatchSampler:
    """One rank's part of each global batch."""

    def __init__(self, size, batch_size, seed):
        self._size = size
        self._starts = range(0, size, batch_size)
        self._seed = seed
        self._epoch = 0

    def set_epoch(self, epoch):
        """Choose the epoch of the next iteration; 0 before the first call."""
        self._epoch = epoch

    def __len__(self):
        return len(self._starts)

    def __iter__(self):
        order = np.random.default_rng([self._seed, self._epoch]).permutation(self._size)
        rank, ranks = dist.get_rank(), dist.get_world_size()
        batches = np.split(order, self._starts[1:])
        return iter([np.array_split(batch, ranks)[rank].tolist() for batch in batches])


class _OverAllRows(torch.autograd.Function):
    """(x - mean) / sqrt(var + eps), mean and var given, with the gradient of what they owe to x on any rank."""

    @staticmethod
    def forward(ctx, x, tie, mean, std, n):
        normed = (x - mean) / std
        ctx.save_for_backward(normed, std)
        ctx.n = n
        return normed

    @staticmethod
    def backward(ctx, grad):
        normed, std = ctx.saved_tensors
        both = torch.cat([grad.sum(0), (grad * normed).sum(0)])
        dist.all_reduce(both)
        first, second = (both / ctx.n).chunk(2)
        return (grad - first - normed * second) / std, None, None, None, None


class BatchNorm(nn.BatchNorm1d):
    """nn.BatchNorm1d, whose statistics in training are those of the rows of all ranks."""

    def forward(self, x):
        """Normalise (rows, features)."""
        if not self.training:
            return super().forward(x)
        self._check_input_dim(x)
        wide = x.to(torch.float64)
        with torch.no_grad():
            n, mean, var = self._merge(wide.detach())
            self.num_batches_tracked += 1
            m = self.momentum
            self.running_mean.mul_(1 - m).add_(m * mean)
            self.running_var.mul_(1 - m).add_(m * var * n / (n - 1))
        tie = torch.ones((), requires_grad=True)  # so that each rank comes to the sums of the backward pass
        normed = _OverAllRows.apply(wide, tie, mean, torch.sqrt(var + self.eps), n)
        return (normed * self.weight + self.bias).to(x.dtype)

    @staticmethod
    def _merge(wide):
        """Rows, mean and variance of all ranks from each rank's own."""
        rows = len(wide)
        mean = wide.mean(0) if rows else torch.zeros_like(wide.sum(0))
        own = torch.stack([torch.full_like(mean, rows), mean, (wide - mean).square().sum(0)])
        each = [torch.empty_like(own) for _ in range(dist.get_world_size())]
        dist.all_gather(each, own)
        n, mean, squares = 0.0, torch.zeros_like(mean), torch.zeros_like(mean)
        for counts, other, more in each:
            k = counts[0].item()
            if k:
                apart = other - mean
                squares = squares + more + apart.square() * (n * k / (n + k))
                mean = mean + apart * (k / (n + k))
                n += k
        return n, mean, squares / n


@contextlib.contextmanager
def _evaluating(module):
    """Put every part of a module in evaluation mode, and afterwards each in the mode of before."""
    before = [part.training for part in module.modules()]
    try:
        module.eval()
        with torch.no_grad():
            yield
    finally:
        for part, mode in zip(module.modules(), before):
            part.training = mode


def evaluate(module, loss_fn, batches):
    """Return the mean loss over the rows of all ranks, a float."""
    with _evaluating(module):
        losses = [loss_fn(module(x), y).to(torch.float64) for x, y in batches if x.shape[0] > 0]
    own = torch.tensor([sum(float(one.sum()) for one in losses), sum(len(one) for one in losses)], dtype=torch.float64)
    dist.all_reduce(own)
    total, rows = own.tolist()
    return total / rows


def save(path, module, optimizer, epoch):
    """Write a checkpoint on rank 0; return when it is whole."""
    if dist.get_rank() == 0:
        with open(path, "wb") as file:
            pickle.dump({"net": module.state_dict(), "opt": optimizer.state_dict(), "epoch": epoch}, file)
    dist.barrier()


def load(path, module, optimizer):
    """Load rank 0's checkpoint on every rank; return its epoch."""
    held = [None]
    if dist.get_rank() == 0:
        with open(path, "rb") as file:
            held[0] = file.read()
    dist.broadcast_object_list(held, src=0)
    held = pickle.loads(held[0])
    module.load_state_dict(held["net"])
    optimizer.load_state_dict(held["opt"])
    return held["epoch"]
