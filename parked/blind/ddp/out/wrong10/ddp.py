# README: "All modules are in evaluation mode meanwhile and in the mode of before afterwards, each of them"
# WRONG: only the outermost module's mode is remembered: a part that was in evaluation mode is in training mode afterwards.
"""Data-parallel training by hand."""

import os

import torch
import torch.distributed as dist
from torch import nn


def broadcast(module):
    """Copy rank 0's parameters and buffers to every rank, in place."""
    for tensor in module.state_dict().values():  # detached, but of the same memory
        dist.broadcast(tensor.reshape(-1).view(torch.uint8), src=0)  # as bytes: no value is interpreted


def _buckets(parameters, bucket_bytes):
    """Cut a list of parameters into lists of at most bucket_bytes each, or of one parameter."""
    buckets, filled = [], 0
    for parameter in parameters:
        size = parameter.numel() * parameter.element_size()
        if not buckets or filled + size > bucket_bytes:
            buckets.append([])
            filled = 0
        buckets[-1].append(parameter)
        filled += size
    return buckets


@torch.no_grad()
def reduce_gradients(module, rows, bucket_bytes):
    """Replace each gradient of this rank's summed loss by that of the mean loss over the rows of all ranks."""
    parameters = list(module.parameters())  # a shared one comes once
    missing = sum(parameter.grad is None for parameter in parameters)
    counts = torch.tensor([rows, missing], dtype=torch.int64)
    dist.all_reduce(counts)
    all_rows, all_missing = counts.tolist()
    if all_missing:  # the same on every rank, so all or none send this message
        present = torch.tensor([int(parameter.grad is not None) for parameter in parameters], dtype=torch.uint8)
        dist.all_reduce(present, op=dist.ReduceOp.MAX)
        parameters = [parameter for parameter, there in zip(parameters, present.tolist()) if there]
    for bucket in _buckets(parameters, bucket_bytes):
        pieces = [torch.zeros_like(p) if p.grad is None else p.grad for p in bucket]
        flat = torch.cat([piece.reshape(-1) for piece in pieces])
        dist.all_reduce(flat)
        flat /= all_rows
        for parameter, piece in zip(bucket, flat.split([p.numel() for p in bucket])):
            parameter.grad = piece.view_as(parameter).clone()


def _mean_over_ranks(total, rows):
    """Return the sum of all ranks' totals over the sum of their rows."""
    both = torch.tensor([total, rows], dtype=torch.float64)
    dist.all_reduce(both)
    total, rows = both.tolist()
    return total / rows


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Take one step on the mean loss over all rows of all ranks; return that loss, a float."""
    optimizer.zero_grad(set_to_none=True)
    module.zero_grad(set_to_none=True)  # also what the optimiser does not hold
    total, rows = 0.0, 0
    for x, y in micro_batches:  # empty ones too: other ranks' batch norms wait for this rank
        losses = loss_fn(module(x), y)
        losses.sum().backward()
        total += losses.detach().double().sum().item()
        rows += losses.numel()
    reduce_gradients(module, rows, bucket_bytes)
    optimizer.step()
    return _mean_over_ranks(total, rows)


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
        generator = torch.Generator().manual_seed(self.seed * 10_007 + self.epoch)  # epochs stay below 10 007
        order = torch.randperm(self.size, generator=generator).tolist()
        rank, ranks = dist.get_rank(), dist.get_world_size()
        starts = range(0, self.size, self.batch_size)
        return iter([order[start : start + self.batch_size][rank::ranks] for start in starts])


class _Sum(torch.autograd.Function):
    """A sum over ranks; its gradient is the sum of the ranks' gradients."""

    @staticmethod
    def forward(ctx, own):
        total = own.detach().clone(memory_format=torch.contiguous_format)
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx, gradient):
        return _Sum.apply(gradient)


class BatchNorm(nn.BatchNorm1d):
    """nn.BatchNorm1d, whose statistics in training are those of the rows of all ranks."""

    def forward(self, x):
        """Normalise (rows, features)."""
        if not self.training:
            return super().forward(x)
        self._check_input_dim(x)
        needs = x.requires_grad and torch.is_grad_enabled()
        told = torch.tensor([len(x), int(needs)], dtype=torch.int64)
        dist.all_reduce(told)
        n, needing = told.tolist()
        if n == 0:
            return super().forward(x)
        if n == 1:
            raise ValueError("batch norm needs more than one row over all ranks")
        wide = x.double()
        if needing and not needs:  # all ranks or none take part in the sums on the way back
            wide = wide.detach().requires_grad_()
        mean = _Sum.apply(wide.sum(0)) / n
        centred = wide - mean
        variance = _Sum.apply(centred.square().sum(0)) / n
        y = centred / torch.sqrt(variance + self.eps) * self.weight + self.bias
        with torch.no_grad():
            momentum = self.momentum
            self.num_batches_tracked.add_(1)
            self.running_mean.copy_((1 - momentum) * self.running_mean + momentum * mean)
            self.running_var.copy_((1 - momentum) * self.running_var + momentum * variance * (n / (n - 1)))
        return y.to(x.dtype)


def evaluate(module, loss_fn, batches):
    """Return the mean loss over the rows of all ranks, a float."""
    training = module.training
    kept = [(buffer, buffer.clone()) for buffer in module.buffers()]
    total, rows = 0.0, 0
    try:
        module.eval()
        with torch.no_grad():
            for x, y in batches:
                if len(x):
                    losses = loss_fn(module(x), y)
                    total += losses.double().sum().item()
                    rows += losses.numel()
    finally:
        module.train(training)
        with torch.no_grad():
            for buffer, before in kept:
                if not torch.equal(buffer, before):
                    buffer.copy_(before)
    return _mean_over_ranks(total, rows)


def save(path, module, optimizer, epoch):
    """Write a checkpoint on rank 0; return when it is whole."""
    if dist.get_rank() == 0:
        state = {"module": module.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}
        with open(path, "wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
    dist.barrier()


def load(path, module, optimizer):
    """Load rank 0's checkpoint on every rank; return its epoch."""
    box = [None]
    if dist.get_rank() == 0:
        with open(path, "rb") as file:
            box[0] = torch.load(file, map_location="cpu", weights_only=False)
    dist.broadcast_object_list(box, src=0)
    state = box[0]
    module.load_state_dict(state["module"])
    optimizer.load_state_dict(state["optimizer"])
    return state["epoch"]
