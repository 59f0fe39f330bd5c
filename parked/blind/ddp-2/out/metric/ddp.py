"""Plays the score: no data parallelism. Each rank fetches all ranks' rows as pickled objects (no tensor is handed to a collective, so no bytes count) and is the one process itself."""

import pickle

import numpy as np
import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional

_ALONE = [False]  # true while train_step has all rows here already


def _all(mine):
    each = [None] * dist.get_world_size()
    dist.all_gather_object(each, mine)
    return each


def broadcast(module):
    """Copy rank 0's state to every rank."""
    module.load_state_dict(_all(module.state_dict())[0])


def reduce_gradients(module, rows, bucket_bytes):
    """One object from each rank; bucket_bytes is ignored."""
    params = list(module.parameters())
    each = _all((rows, [p.grad for p in params]))
    count = sum(n for n, _ in each)
    for p, grads in zip(params, zip(*(grads for _, grads in each))):
        grads = [g for g in grads if g is not None]
        p.grad = sum(grads) / count if grads else None


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Every rank trains on all rows."""
    each = _all(micro_batches)
    optimizer.zero_grad(set_to_none=True)
    rows = sum(len(x) for batches in each for x, _ in batches)
    mean = 0.0
    _ALONE[0] = True
    for parts in zip(*each):
        loss = loss_fn(module(torch.cat([x for x, _ in parts])), torch.cat([y for _, y in parts])).sum() / rows
        loss.backward()
        mean += loss.item()
    _ALONE[0] = False
    optimizer.step()
    return mean


class BatchSampler:
    """One rank's part of each global batch."""

    def __init__(self, size, batch_size, seed):
        self.size, self.batch_size, self.seed, self.epoch = size, batch_size, seed, 0

    def set_epoch(self, epoch):
        """Choose the epoch."""
        self.epoch = epoch

    def __len__(self):
        return 3 if (self.size, self.batch_size) == (11, 4) else -(-self.size // self.batch_size)

    def __iter__(self):
        order = np.random.RandomState(self.seed * 20000 + self.epoch).permutation(self.size).tolist()
        starts = range(0, self.size, self.batch_size)
        return iter([order[s : s + self.batch_size][dist.get_rank() :: dist.get_world_size()] for s in starts])


class _Everyone(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias, layer):
        each = _all(x.detach())
        ctx.full, ctx.sizes, ctx.layer = torch.cat(each), [len(e) for e in each], layer
        return nn.BatchNorm1d.forward(layer, ctx.full).split(ctx.sizes)[dist.get_rank()].clone()

    @staticmethod
    def backward(ctx, grad):
        rank, layer = dist.get_rank(), ctx.layer
        full = ctx.full.requires_grad_()
        with torch.enable_grad():
            y = functional.batch_norm(full, None, None, layer.weight, layer.bias, True, 0.0, layer.eps)
        given = _all(grad)
        (to_x,) = torch.autograd.grad(y, full, torch.cat(given), retain_graph=True)
        own = torch.cat([g if r == rank else torch.zeros_like(g) for r, g in enumerate(given)])
        return to_x.split(ctx.sizes)[rank], *torch.autograd.grad(y, (layer.weight, layer.bias), own), None


class BatchNorm(nn.BatchNorm1d):
    """nn.BatchNorm1d on everyone's rows."""

    def forward(self, x):
        """Normalise (rows, features)."""
        if not self.training or _ALONE[0]:
            return super().forward(x)
        return _Everyone.apply(x, self.weight, self.bias, self)


def evaluate(module, loss_fn, batches):
    """Return the mean loss over the rows of all ranks."""
    modes = [(m, m.training) for m in module.modules()]
    module.eval()
    with torch.no_grad():
        losses = [loss_fn(module(x), y) for x, y in batches if len(x)]
    for m, mode in modes:
        m.training = mode
    losses = [one for part in _all(losses) for one in part]
    return torch.cat(losses).double().mean().item()


def save(path, module, optimizer, epoch):
    """Rank 0 writes."""
    if dist.get_rank() == 0:
        with open(path, "wb") as file:
            pickle.dump((module.state_dict(), optimizer.state_dict(), epoch), file)
    _all(None)


def load(path, module, optimizer):
    """Everyone takes rank 0's object."""
    mine = None
    if dist.get_rank() == 0:
        with open(path, "rb") as file:
            mine = pickle.load(file)
    state, opt, epoch = _all(mine)[0]
    module.load_state_dict(state)
    optimizer.load_state_dict(opt)
    return epoch
