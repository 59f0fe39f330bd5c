"""Data-parallel training by hand: every rank ends with the numbers that one process would have."""

import torch
import torch.distributed as dist
from torch import nn


def broadcast(module):
    """Copy rank 0's parameters and buffers to every rank, in place."""
    for value in module.state_dict().values():  # frozen parameters and counters too
        dist.broadcast(value, src=0)


def reduce_gradients(module, rows, bucket_bytes):
    """Replace each gradient of this rank's summed loss by that of the mean loss over the rows of all ranks.

    Everything travels as one stream of numbers, cut into buckets: the number of rows, for each parameter whether
    this rank has a gradient, and the gradients, zeros where there is none. So every rank sends the same sizes.
    """
    learn = [p for p in module.parameters() if p.requires_grad]  # a tied weight comes once
    head = [float(rows), *(float(p.grad is not None) for p in learn)]
    grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in learn]
    flat = torch.cat([learn[0].new_tensor(head), *(g.reshape(-1) for g in grads)])
    for bucket in flat.split(max(1, bucket_bytes // flat.element_size())):
        dist.all_reduce(bucket)  # a view: the sum lands in flat
    total, used, sums = flat[0], flat[1 : len(head)], flat[len(head) :]
    for p, has, part in zip(learn, used, sums.split([p.numel() for p in learn]), strict=True):
        # No gradient anywhere stays none: a zero would let weight decay and momentum move the parameter.
        p.grad = (part / total).view_as(p) if has > 0 else None


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Take one step on the mean loss over the rows of all micro-batches of all ranks; return that loss."""
    optimizer.zero_grad(set_to_none=True)
    rows, summed = 0, 0.0
    for x, y in micro_batches:
        loss = loss_fn(module(x), y).sum()  # a sum: how many rows there are in all is not known yet
        loss.backward()
        rows, summed = rows + len(x), summed + loss.item()
    reduce_gradients(module, rows, bucket_bytes)  # once a step, before the optimiser reads the gradients
    optimizer.step()
    return _mean(summed, rows)


def _mean(summed, rows):
    """Return the mean over all ranks of something of which each has a sum over its rows."""
    both = torch.tensor([summed, rows], dtype=torch.float64)
    dist.all_reduce(both)
    return (both[0] / both[1]).item()


class BatchSampler:
    """One rank's part of each global batch, in an order that depends on the seed and the epoch alone."""

    def __init__(self, size, batch_size, seed):
        self.size, self.batch_size, self.seed, self.epoch = size, batch_size, seed, 0

    def set_epoch(self, epoch):
        """Choose the order of the epoch that comes."""
        self.epoch = epoch

    def __len__(self):
        return -(-self.size // self.batch_size)

    def __iter__(self):
        # Mixed by hand: seed + epoch would give seed 1, epoch 0 the order of seed 0, epoch 1.
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        order = torch.randperm(self.size, generator=random).tolist()
        rank, world = dist.get_rank(), dist.get_world_size()
        for start in range(0, self.size, self.batch_size):
            yield order[start : start + self.batch_size][rank::world]  # maybe empty: nobody misses a collective


class SumOverRanks(torch.autograd.Function):
    """A sum over all ranks, whose gradient is the sum of the gradients of all ranks."""

    @staticmethod
    def forward(ctx, value):
        """Sum."""
        value = value.clone()
        dist.all_reduce(value)
        return value

    @staticmethod
    def backward(ctx, gradient):
        """Every rank's output holds this rank's value, so every rank's gradient counts."""
        gradient = gradient.clone()
        dist.all_reduce(gradient)
        return gradient


class BatchNorm(nn.BatchNorm1d):
    """Batch normalisation over the rows of all ranks; parameters and buffers as in nn.BatchNorm1d."""

    def forward(self, x):
        """Normalise (rows, features)."""
        if not self.training:
            return super().forward(x)
        rows = x.new_tensor([float(len(x))])
        sums = SumOverRanks.apply(torch.cat([x.sum(dim=0), rows]))  # (features + 1,)
        rows = sums[-1].detach()
        centred = x - sums[:-1] / rows
        var = SumOverRanks.apply((centred**2).sum(dim=0)) / rows  # a second pass: sums of x**2 cancel
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_((sums[:-1] / rows).to(self.running_mean), self.momentum)
            self.running_var.lerp_((var * rows / (rows - 1)).to(self.running_var), self.momentum)
        return centred * torch.rsqrt(var + self.eps) * self.weight + self.bias


@torch.no_grad()
def evaluate(module, loss_fn, batches):
    """Return the mean loss over the rows of all ranks, in evaluation mode."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    rows, summed = 0, 0.0
    for x, y in batches:  # no collective in here: ranks may have different numbers of batches
        rows, summed = rows + len(x), summed + loss_fn(module(x), y).double().sum().item()
    for part, mode in modes:
        part.training = mode
    return _mean(summed, rows)


def save(path, module, optimizer, epoch):
    """Write a checkpoint on rank 0; no rank goes on before it is whole."""
    if dist.get_rank() == 0:
        torch.save({"module": module.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)
    dist.barrier()


def load(path, module, optimizer):
    """Read rank 0's checkpoint on every rank; return its epoch."""
    found = [torch.load(path, weights_only=True) if dist.get_rank() == 0 else None]
    dist.broadcast_object_list(found, src=0)
    module.load_state_dict(found[0]["module"])
    optimizer.load_state_dict(found[0]["optimizer"])
    return found[0]["epoch"]
