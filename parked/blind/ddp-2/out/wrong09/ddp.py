# WRONG. Statement: "What a call gives depends on what its arguments are now, on every rank …; never on earlier calls."
# The list of learning parameters is kept from a module's first call: one that is unfrozen, replaced or added later is not reduced.
"""Data-parallel training by hand: one flat vector of gradients, batch norm by differentiable all-reduces."""

import io
import random
import weakref

import torch
import torch.distributed as dist
import torch.distributed.nn.functional as dist_fn
from torch import nn


_LEARNING = weakref.WeakKeyDictionary()  # module: its learning parameters


def _total(*numbers):
    """Sums of a few float64 numbers over the ranks."""
    message = torch.tensor(numbers, dtype=torch.float64)
    dist.all_reduce(message)
    return message.tolist()


@torch.no_grad()
def broadcast(module):
    """Copy rank 0's parameters and buffers to every rank, in place."""
    tensors = [value.detach() for value in module.state_dict().values() if torch.is_tensor(value)]
    raw = torch.cat([t.contiguous().reshape(-1).view(torch.uint8) for t in tensors])
    dist.broadcast(raw, src=0)
    start = 0
    for t in tensors:
        size = t.numel() * t.element_size()
        piece = raw[start : start + size].clone()  # a fresh start in memory: aligned for every type
        t.copy_(piece.view(t.dtype).view(t.shape))
        start += size


@torch.no_grad()
def reduce_gradients(module, rows, bucket_bytes):
    """Replace each gradient of this rank's summed loss by that of the mean loss over the rows of all ranks."""
    learning = _LEARNING.get(module)
    if learning is None:
        learning = _LEARNING[module] = [p for p in module.parameters() if p.requires_grad]
    all_rows, gaps = _total(rows, sum(p.grad is None for p in learning))
    if gaps:
        held = _total(*(p.grad is not None for p in learning))
        learning = [p for p, count in zip(learning, held) if count]
    if not learning:
        return
    flat = torch.cat([torch.zeros_like(p).view(-1) if p.grad is None else p.grad.reshape(-1) for p in learning])
    # a message may be as large as the largest parameter anyway
    room = max(bucket_bytes // flat.element_size(), max(p.numel() for p in learning))
    for chunk in flat.split(room):  # views of flat, contiguous
        dist.all_reduce(chunk)
    flat /= all_rows
    for p, piece in zip(learning, flat.split([p.numel() for p in learning])):
        p.grad = piece.view_as(p).clone()


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Take one step on the mean loss over all rows of all ranks; return that loss, a float."""
    module.zero_grad(set_to_none=True)
    optimizer.zero_grad(set_to_none=True)
    seen = []
    for x, y in micro_batches:
        losses = loss_fn(module(x), y)
        losses.sum().backward()
        seen.append(losses.detach().double())
    seen = torch.cat(seen)
    reduce_gradients(module, len(seen), bucket_bytes)
    optimizer.step()
    total, rows = _total(seen.sum(), len(seen))
    return total / rows


class BatchSampler:
    """One rank's part of each global batch."""

    def __init__(self, size, batch_size, seed):
        self.size, self.batch_size, self.seed, self.epoch = size, batch_size, seed, 0

    def set_epoch(self, epoch):
        """Choose the epoch of the next iteration; 0 before the first call."""
        self.epoch = epoch

    def __len__(self):
        return (self.size + self.batch_size - 1) // self.batch_size

    def __iter__(self):
        order = list(range(self.size))
        random.Random(f"{self.seed}/{self.epoch}").shuffle(order)  # text seeds go through SHA-512, in every process alike
        rank, ranks = dist.get_rank(), dist.get_world_size()
        parts = []
        for start in range(0, self.size, self.batch_size):
            batch = order[start : start + self.batch_size]
            low, high = len(batch) * rank // ranks, len(batch) * (rank + 1) // ranks
            parts.append(batch[low:high])
        return iter(parts)


class BatchNorm(nn.BatchNorm1d):
    """nn.BatchNorm1d, whose statistics in training are those of the rows of all ranks."""

    def forward(self, x):
        """Normalise (rows, features)."""
        if not self.training:
            return super().forward(x)
        self._check_input_dim(x)
        if torch.is_grad_enabled() and not x.requires_grad:
            x = x.detach().requires_grad_()  # the sums' backward is for all ranks, whatever one of them needs
        wide = x.double()
        (n,) = _total(x.shape[0])
        mean = dist_fn.all_reduce(wide.sum(0)) / n
        centred = wide - mean
        var = dist_fn.all_reduce((centred * centred).sum(0)) / n
        with torch.no_grad():
            self.num_batches_tracked.add_(1)
            kind = self.running_mean.dtype
            self.running_mean.lerp_(mean.to(kind), self.momentum)
            self.running_var.lerp_((var * n / (n - 1)).to(kind), self.momentum)
        return (centred / torch.sqrt(var + self.eps) * self.weight + self.bias).to(x.dtype)


def evaluate(module, loss_fn, batches):
    """Return the mean loss over the rows of all ranks, a float."""
    modes = {part: part.training for part in module.modules()}
    total, rows = 0.0, 0
    try:
        module.eval()
        with torch.no_grad():
            for x, y in batches:
                if x.shape[0] == 0:
                    continue
                losses = loss_fn(module(x), y)
                total += losses.double().sum().item()
                rows += losses.shape[0]
    finally:
        for part, mode in modes.items():
            part.training = mode
    total, rows = _total(total, rows)
    return total / rows


def save(path, module, optimizer, epoch):
    """Write a checkpoint on rank 0; return when it is whole."""
    if dist.get_rank() == 0:
        memory = io.BytesIO()
        torch.save((module.state_dict(), optimizer.state_dict(), epoch), memory)
        with open(path, "wb") as file:
            file.write(memory.getvalue())
    _total(1)  # rank 0 comes here after its file is closed


def load(path, module, optimizer):
    """Load rank 0's checkpoint on every rank; return its epoch."""
    if dist.get_rank() == 0:
        with open(path, "rb") as file:
            raw = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)
        size = torch.tensor([raw.numel()])
        dist.broadcast(size, src=0)
    else:
        size = torch.tensor([0])
        dist.broadcast(size, src=0)
        raw = torch.empty(size.item(), dtype=torch.uint8)
    dist.broadcast(raw, src=0)
    state, optimizer_state, epoch = torch.load(io.BytesIO(raw.numpy().tobytes()), weights_only=False)
    module.load_state_dict(state)
    optimizer.load_state_dict(optimizer_state)
    return int(epoch)
