# README: "`weight.grad` and `bias.grad` hold this rank's share: over the ranks they add up."
# WRONG: both are already summed over the ranks, so that adding them up counts every row once per rank.
"""Data-parallel training by hand."""

import contextlib
import io
import os
import tempfile

import numpy as np
import torch
import torch.distributed as dist
from torch import nn

BITS = 3  # enough to count 4 ranks
PER_WORD = 20  # 60 bits of an int64


def _as_bytes(tensor):
    return tensor.detach().reshape(-1).view(torch.uint8)


@torch.no_grad()
def broadcast(module):
    """Copy rank 0's parameters and buffers to every rank, in place: one message of bytes."""
    views = [_as_bytes(tensor) for tensor in module.state_dict().values()]
    stream = torch.cat(views)
    dist.broadcast(stream, src=0)
    if dist.get_rank() != 0:
        at = 0
        for view in views:
            view.copy_(stream[at : at + view.numel()])
            at += view.numel()


def _ask(rows, flags):
    """Return all ranks' rows, and for each flag whether any rank has set it: one message."""
    words = [int(rows)]
    for start in range(0, len(flags), PER_WORD):
        words.append(sum(int(flag) << (BITS * i) for i, flag in enumerate(flags[start : start + PER_WORD])))
    header = torch.tensor(words, dtype=torch.int64)
    dist.all_reduce(header)
    total, *words = header.tolist()
    found = [bool(words[i // PER_WORD] >> (BITS * (i % PER_WORD)) & 7) for i in range(len(flags))]
    return total, found


@torch.no_grad()
def reduce_gradients(module, rows, bucket_bytes):
    """Replace each gradient of this rank's summed loss by that of the mean loss over the rows of all ranks."""
    every = list(module.parameters())
    total, found = _ask(rows, [p.grad is not None for p in every])
    used = [p for p, there in zip(every, found) if there]
    if not used:
        return
    longest = max(p.numel() for p in used)
    step = max(longest, bucket_bytes // used[0].element_size())  # numbers in a message
    flat = used[0].new_zeros(sum(p.numel() for p in used))
    places, at = [], 0
    for p in used:
        places.append(flat[at : at + p.numel()])
        at += p.numel()
        if p.grad is not None:
            places[-1].copy_(p.grad.reshape(-1))
    for start in range(0, len(flat), step):
        dist.all_reduce(flat[start : start + step])
    for p, place in zip(used, places):
        p.grad = (place / total).reshape(p.shape)


def _all_reduced(values):
    numbers = torch.tensor(values, dtype=torch.float64)
    dist.all_reduce(numbers)
    return numbers.tolist()


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Take one step on the mean loss over all rows of all ranks; return that loss, a float."""
    optimizer.zero_grad(set_to_none=True)
    for p in module.parameters():
        p.grad = None
    seen = []
    for x, y in micro_batches:
        losses = loss_fn(module(x), y)
        losses.sum().backward()
        seen.append(losses.detach().double())
    seen = torch.cat(seen)
    reduce_gradients(module, len(seen), bucket_bytes)
    total, rows = _all_reduced([seen.sum().item(), len(seen)])
    optimizer.step()
    return total / rows


class BatchSampler:
    """One rank's part of each global batch."""

    def __init__(self, size, batch_size, seed):
        self._size, self._batch_size, self._seed = int(size), int(batch_size), int(seed)
        self._epoch = 0

    def set_epoch(self, epoch):
        """Choose the epoch of the next iteration; 0 before the first call."""
        self._epoch = int(epoch)

    def __len__(self):
        return (self._size + self._batch_size - 1) // self._batch_size

    def __iter__(self):
        order = np.random.default_rng([self._seed, self._epoch]).permutation(self._size)
        return self._parts(order, dist.get_rank(), dist.get_world_size())  # the order is drawn now, not at next()

    def _parts(self, order, rank, ranks):
        for start in range(0, self._size, self._batch_size):
            batch = order[start : start + self._batch_size]
            first, last = (len(batch) * r // ranks for r in (rank, rank + 1))
            yield batch[first:last].tolist()


class _Normalise(torch.autograd.Function):
    """y = (x - mean) * scale * weight + bias, where mean and scale come from the x of all ranks."""

    @staticmethod
    def forward(ctx, x, weight, bias, mean, scale, n, talk):
        hat = (x.double() - mean) * scale
        ctx.save_for_backward(hat, weight, scale)
        ctx.n, ctx.talk, ctx.types = n, talk, (x.dtype, weight.dtype, bias.dtype)
        return (hat * weight + bias).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient):
        hat, weight, scale = ctx.saved_tensors
        of_x, of_weight, of_bias = ctx.types
        gradient = gradient.double()
        inner = gradient * weight
        into_x = None
        if ctx.talk:  # decided together in forward
            sums = torch.stack([inner.sum(0), (inner * hat).sum(0)])
            dist.all_reduce(sums)
            sums /= ctx.n
            into_x = ((inner - sums[0] - hat * sums[1]) * scale).to(of_x)
        affine = torch.stack([(gradient * hat).sum(0), gradient.sum(0)])
        dist.all_reduce(affine)
        return into_x, affine[0].to(of_weight), affine[1].to(of_bias), None, None, None, None


class BatchNorm(nn.BatchNorm1d):
    """nn.BatchNorm1d, whose statistics in training are those of the rows of all ranks."""

    def forward(self, x):
        """Normalise (rows, features)."""
        if not self.training:
            return super().forward(x)
        self._check_input_dim(x)
        needs = bool(x.requires_grad and torch.is_grad_enabled())
        with torch.no_grad():
            wide = x.detach().double()
            message = torch.cat([wide.sum(0), wide.new_tensor([len(x), int(needs)])])
            dist.all_reduce(message)
            n, talk = int(message[-2].item()), message[-1].item() > 0
            if n >= 2:
                mean = message[:-2] / n
                squares = (wide - mean).square().sum(0)
                dist.all_reduce(squares)
                variance = squares / n
                scale = (variance + self.eps).rsqrt()
                self.num_batches_tracked.add_(1)
                for kept, new in ((self.running_mean, mean), (self.running_var, squares / (n - 1))):
                    kept.mul_(1 - self.momentum).add_(new.to(kept.dtype), alpha=self.momentum)
        if n == 0:
            return super().forward(x)
        if n == 1:
            raise ValueError("expected more than one row in all when training")
        if talk and not needs:
            x = x.detach().requires_grad_()
        return _Normalise.apply(x, self.weight, self.bias, mean, scale, n, talk)


@contextlib.contextmanager
def _evaluating(module):
    """All modules in evaluation mode, no gradients; everything as before afterwards."""
    parts = list(module.modules())
    modes = [part.training for part in parts]
    buffers = [(buffer, buffer.detach().clone()) for buffer in module.buffers()]
    try:
        for part in parts:
            part.training = False
        with torch.no_grad():
            yield
    finally:
        for part, mode in zip(parts, modes):
            part.training = mode
        for buffer, old in buffers:
            if not torch.equal(_as_bytes(buffer), _as_bytes(old)):
                _as_bytes(buffer).copy_(_as_bytes(old))


def evaluate(module, loss_fn, batches):
    """Return the mean loss over the rows of all ranks, a float."""
    sums, rows = [], 0
    with _evaluating(module):
        for x, y in batches:
            if x.shape[0] == 0:
                continue
            losses = loss_fn(module(x), y)
            sums.append(losses.double().sum().item())
            rows += losses.shape[0]
    total, rows = _all_reduced([sum(sums, 0.0), rows])  # one message, however many batches a rank has
    return total / rows


def save(path, module, optimizer, epoch):
    """Write a checkpoint on rank 0; return when it is whole."""
    if dist.get_rank() == 0:
        place = os.path.abspath(path)
        handle, beside = tempfile.mkstemp(dir=os.path.dirname(place))  # a short name of its own
        try:
            with os.fdopen(handle, "wb") as file:
                torch.save([module.state_dict(), optimizer.state_dict(), int(epoch)], file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, place)
        except BaseException:
            os.unlink(beside)
            raise
    dist.barrier()


def load(path, module, optimizer):
    """Load rank 0's checkpoint on every rank; return its epoch."""
    length = torch.zeros(1, dtype=torch.int64)
    content = None
    if dist.get_rank() == 0:
        with open(path, "rb") as file:
            content = torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)
        length[0] = len(content)
    dist.broadcast(length, src=0)
    if content is None:
        content = torch.empty(int(length.item()), dtype=torch.uint8)
    dist.broadcast(content, src=0)
    state = torch.load(io.BytesIO(content.numpy().tobytes()), map_location="cpu", weights_only=False)
    module.load_state_dict(state[0])
    optimizer.load_state_dict(state[1])
    return state[2]
