# README: "several passes, and samplers, may be under way at once"
# WRONG: __iter__ returns the sampler itself with one cursor: a second pass begun meanwhile restarts the first, and both share their batches.
"""Data-parallel training by hand."""

import pickle
import random
from math import fsum

import torch
import torch.distributed as dist
import torch.distributed.nn.functional as dist_functional
from torch import nn

DIGITS = 7  # of base 32: four ranks' digits add up to 124 at most, which a byte holds


def _from_rank_0(make):
    """Return on every rank what make() gives on rank 0."""
    box = [make() if dist.get_rank() == 0 else None]
    dist.broadcast_object_list(box, src=0)
    return box[0]


@torch.no_grad()
def broadcast(module):
    """Copy rank 0's parameters and buffers to every rank, in place."""
    own = module.state_dict()
    raw = {name: tensor.reshape(-1).view(torch.uint8) for name, tensor in own.items()}
    first = _from_rank_0(lambda: {name: view.numpy().tobytes() for name, view in raw.items()})
    if dist.get_rank() != 0:
        for name, view in raw.items():
            view.copy_(torch.frombuffer(bytearray(first[name]), dtype=torch.uint8))


@torch.no_grad()
def reduce_gradients(module, rows, bucket_bytes):
    """Replace each gradient of this rank's summed loss by that of the mean loss over the rows of all ranks."""
    queue = list(module.parameters())
    head = [(int(rows) >> (5 * i)) & 31 for i in range(DIGITS)] + [int(p.grad is not None) for p in queue]
    head = torch.tensor(head, dtype=torch.uint8)
    dist.all_reduce(head)
    head = head.tolist()
    total = sum(digit << (5 * i) for i, digit in enumerate(head[:DIGITS]))
    queue = [p for p, ranks in zip(queue, head[DIGITS:]) if ranks > 0]
    while queue:
        room, taken = bucket_bytes, []
        while queue and (not taken or queue[0].nbytes <= room):
            taken.append(queue.pop(0))
            room -= taken[-1].nbytes
        message = nn.utils.parameters_to_vector([torch.zeros_like(p) if p.grad is None else p.grad.contiguous() for p in taken])
        dist.all_reduce(message)
        start = 0
        for p in taken:
            p.grad = message[start : start + p.numel()].reshape(p.shape) / total
            start += p.numel()


def _mean(losses):
    """Return the mean of the numbers in the lists of all ranks."""
    own = torch.tensor([fsum(losses), float(len(losses))], dtype=torch.float64)
    each = [torch.empty_like(own) for _ in range(dist.get_world_size())]
    dist.all_gather(each, own)
    return fsum(pair[0].item() for pair in each) / sum(pair[1].item() for pair in each)


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Take one step on the mean loss over all rows of all ranks; return that loss, a float."""
    optimizer.zero_grad(set_to_none=True)
    module.zero_grad(set_to_none=True)
    seen = []
    for x, y in micro_batches:
        losses = loss_fn(module(x), y)
        losses.sum().backward()
        seen.extend(losses.tolist())
    reduce_gradients(module, len(seen), bucket_bytes)
    optimizer.step()
    return _mean(seen)


class BatchSampler:
    """One rank's part of each global batch."""

    def __init__(self, size, batch_size, seed):
        self.size, self.batch_size, self.seed, self.epoch = size, batch_size, seed, 0
        self.parts = iter(())

    def set_epoch(self, epoch):
        """Choose the epoch of the next iteration; 0 before the first call."""
        self.epoch = epoch

    def __len__(self):
        return len(range(0, self.size, self.batch_size))

    def __iter__(self):
        order = list(range(self.size))
        random.Random(f"seed {self.seed:d}, epoch {self.epoch:d}").shuffle(order)  # a text is hashed the same everywhere
        rank, ranks = dist.get_rank(), dist.get_world_size()
        parts = []
        for number, start in enumerate(range(0, self.size, self.batch_size)):
            batch = order[start : start + self.batch_size]
            parts.append(batch[(rank + number) % ranks :: ranks])  # the longer part goes round
        self.parts = iter(parts)
        return self

    def __next__(self):
        return next(self.parts)


class BatchNorm(nn.BatchNorm1d):
    """nn.BatchNorm1d, whose statistics in training are those of the rows of all ranks."""

    def forward(self, x):
        """Normalise (rows, features)."""
        if not self.training:
            return super().forward(x)
        self._check_input_dim(x)
        with_gradient = torch.is_grad_enabled() and x.requires_grad
        about = torch.tensor([x.shape[0], int(with_gradient)], dtype=torch.int64)
        each = [torch.empty_like(about) for _ in range(dist.get_world_size())]
        dist.all_gather(each, about)
        n = sum(int(one[0]) for one in each)
        if n == 0:
            return super().forward(x)
        if n == 1:
            raise ValueError("training needs at least 2 rows together")
        inputs = x.double()
        if not with_gradient and any(int(one[1]) for one in each):
            inputs = inputs.detach().requires_grad_()  # or this rank would be missed in the others' backward
        mean = dist_functional.all_reduce(inputs.sum(dim=0), group=dist.group.WORLD) / n
        centred = inputs - mean
        squares = dist_functional.all_reduce((centred * centred).sum(dim=0), group=dist.group.WORLD)
        normal = centred * torch.rsqrt(squares / n + self.eps)
        self._remember(mean.detach(), squares.detach() / (n - 1))
        return (normal * self.weight + self.bias).to(x.dtype)

    @torch.no_grad()
    def _remember(self, mean, variance):
        self.num_batches_tracked += 1
        self.running_mean.lerp_(mean.to(self.running_mean.dtype), self.momentum)
        self.running_var.lerp_(variance.to(self.running_var.dtype), self.momentum)


def evaluate(module, loss_fn, batches):
    """Return the mean loss over the rows of all ranks, a float."""
    modes = {part: part.training for part in module.modules()}
    buffers = [(buffer, buffer.clone()) for buffer in module.buffers()]
    for part in modes:
        part.training = False
    seen = []
    try:
        with torch.no_grad():
            for x, y in batches:
                if len(y) > 0:
                    seen += loss_fn(module(x), y).tolist()
            for buffer, before in buffers:
                if not torch.equal(buffer, before):
                    buffer.copy_(before)
    finally:
        for part, mode in modes.items():
            part.training = mode
    return _mean(seen)


def save(path, module, optimizer, epoch):
    """Write a checkpoint on rank 0; return when it is whole."""
    if dist.get_rank() == 0:
        content = pickle.dumps((module.state_dict(), optimizer.state_dict(), epoch))
        with open(path, "wb") as file:
            file.write(content)
    dist.barrier()


def load(path, module, optimizer):
    """Load rank 0's checkpoint on every rank; return its epoch."""

    def read():
        with open(path, "rb") as file:
            return file.read()

    weights, state, epoch = pickle.loads(_from_rank_0(read))
    module.load_state_dict(weights)
    optimizer.load_state_dict(state)
    return epoch
