# WRONG. Statement: "none larger than 1024 bytes plus the larger of bucket_bytes and the largest parameter"
# A bucket is sent when it has reached bucket_bytes: it may hold bucket_bytes - 1 bytes and then the largest parameter, so nearly the SUM of both.
"""Data-parallel training by hand, over torch.distributed's collectives."""

import io

import torch
import torch.distributed as dist
from torch import nn


def broadcast(module):
    """Copy rank 0's parameters and buffers to every rank, in place, as bytes."""
    with torch.no_grad():
        for value in module.state_dict().values():
            if isinstance(value, torch.Tensor):
                dist.broadcast(value.detach().reshape(-1).view(torch.uint8), src=0)


def _buckets(tensors, bucket_bytes):
    """Group whole tensors, in order: a group is full at bucket_bytes."""
    group, held = [], 0
    for index, tensor in tensors:
        size = tensor.numel() * tensor.element_size()
        group.append((index, tensor))
        held += size
        if held >= bucket_bytes:
            yield group
            group, held = [], 0
    if group:
        yield group


def reduce_gradients(module, rows, bucket_bytes):
    """Replace each gradient of this rank's summed loss by that of the mean loss over the rows of all ranks."""
    parameters = list(module.parameters())
    lacking = sum(p.grad is None for p in parameters)
    head = torch.tensor([rows, lacking], dtype=torch.int64)
    dist.all_reduce(head)
    all_rows, lacking = head.tolist()
    present = [1] * len(parameters)
    if lacking:  # the same on every rank, so all ranks enter here or none
        mask = torch.tensor([p.grad is not None for p in parameters], dtype=torch.int64)
        dist.all_reduce(mask)
        present = mask.tolist()
    with torch.no_grad():
        wanted = [(i, p) for i, p in enumerate(parameters) if present[i]]
        for group in _buckets(wanted, bucket_bytes):
            flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for _, p in group])
            dist.all_reduce(flat)
            flat /= all_rows
            for (_, p), piece in zip(group, flat.split([p.numel() for _, p in group])):
                p.grad = piece.view(p.shape).clone()


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Take one step on the mean loss over all rows of all ranks; return that loss, a float."""
    optimizer.zero_grad(set_to_none=True)
    for p in module.parameters():
        p.grad = None
    rows, total = 0, 0.0
    for x, y in micro_batches:
        losses = loss_fn(module(x), y)
        losses.sum().backward()  # also without rows: batch norm waits for every rank
        rows += losses.numel()
        total += losses.detach().double().sum().item()
    reduce_gradients(module, rows, bucket_bytes)
    both = torch.tensor([total, rows], dtype=torch.float64)
    dist.all_reduce(both)
    optimizer.step()
    return (both[0] / both[1]).item()


class BatchSampler:
    """One rank's part of each global batch."""

    def __init__(self, size, batch_size, seed):
        self.size = size
        self.batch_size = batch_size
        self.seed = seed
        self.epoch = 0

    def set_epoch(self, epoch):
        """Choose the epoch of the next iteration; 0 before the first call."""
        self.epoch = epoch

    def __len__(self):
        return -(-self.size // self.batch_size)

    def __iter__(self):
        generator = torch.Generator().manual_seed(self.seed * 10_001 + self.epoch)
        order = torch.randperm(self.size, generator=generator).tolist()
        rank, ranks, width = dist.get_rank(), dist.get_world_size(), self.batch_size
        return (order[start : start + width][rank::ranks] for start in range(0, self.size, width))


class _Normalise(torch.autograd.Function):
    """Normalisation whose mean and variance depend on the rows of all ranks."""

    @staticmethod
    def forward(ctx, x, weight, bias, anchor, mean, inverse, n):
        normed = (x.double() - mean) * inverse
        ctx.save_for_backward(normed, weight, inverse)
        ctx.n = n
        return (normed * weight + bias).to(x.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, given):
        normed, weight, inverse = ctx.saved_tensors
        kind, given = given.dtype, given.double()
        scaled = given * weight
        sums = torch.stack([scaled.sum(0), (scaled * normed).sum(0)])
        dist.all_reduce(sums)
        sums /= ctx.n
        to_x = (scaled - sums[0] - normed * sums[1]) * inverse
        to_weight = (given * normed).sum(0)
        return to_x.to(kind), to_weight.to(weight.dtype), given.sum(0).to(weight.dtype), None, None, None, None


class BatchNorm(nn.BatchNorm1d):
    """nn.BatchNorm1d, whose statistics in training are those of the rows of all ranks."""

    def forward(self, x):
        """Normalise (rows, features)."""
        if not self.training:
            return super().forward(x)
        self._check_input_dim(x)
        needs = torch.is_grad_enabled() and any(t.requires_grad for t in (x, self.weight, self.bias))
        with torch.no_grad():
            wide = x.detach().double()
            head = torch.cat([wide.sum(0), wide.new_tensor([x.shape[0], needs])])
            dist.all_reduce(head)
            n = head[-2].item()
            needs = head[-1].item() > 0  # backward is a collective: all ranks have one, or none
            mean = head[:-2] / n
            var = (wide - mean).square().sum(0)
            dist.all_reduce(var)
            var /= n
            self.num_batches_tracked += 1
            part = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
            self.running_mean.copy_((1 - part) * self.running_mean.double() + part * mean)
            self.running_var.copy_((1 - part) * self.running_var.double() + part * var * (n / (n - 1)))
            inverse = (var + self.eps).rsqrt()
        anchor = torch.zeros((), requires_grad=needs)
        return _Normalise.apply(x, self.weight, self.bias, anchor, mean, inverse, n)


def evaluate(module, loss_fn, batches):
    """Return the mean loss over the rows of all ranks, a float."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    both = torch.zeros(2, dtype=torch.float64)
    try:
        with torch.no_grad():
            for x, y in batches:
                if len(x):
                    losses = loss_fn(module(x), y)
                    both[0] += losses.double().sum()
                    both[1] += losses.numel()
    finally:
        for part, mode in modes:
            part.training = mode
    dist.all_reduce(both)
    return (both[0] / both[1]).item()


def save(path, module, optimizer, epoch):
    """Write a checkpoint on rank 0; return when it is whole."""
    if dist.get_rank() == 0:
        state = {"module": module.state_dict(), "optimizer": optimizer.state_dict(), "epoch": int(epoch)}
        with open(path, "wb") as file:
            torch.save(state, file)
    dist.barrier()


def load(path, module, optimizer):
    """Load rank 0's checkpoint on every rank; return its epoch."""
    box = [None]
    if dist.get_rank() == 0:
        with open(path, "rb") as file:
            box[0] = file.read()
    dist.broadcast_object_list(box, src=0)
    state = torch.load(io.BytesIO(box[0]), weights_only=False)
    module.load_state_dict(state["module"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"]
