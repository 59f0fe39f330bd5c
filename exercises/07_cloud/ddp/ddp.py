"""Data-parallel training by hand, over torch.distributed's collectives.

README.md says what is asked; run the visible checks with: make grade EX=cloud-ddp
"""

from torch import nn


def broadcast(module):
    """Copy rank 0's parameters and buffers to every rank, in place."""
    raise NotImplementedError("send each parameter and each buffer of rank 0 to the others")


def reduce_gradients(module, rows, bucket_bytes):
    """Replace each gradient of this rank's summed loss by that of the mean loss over the rows of all ranks."""
    raise NotImplementedError("sum gradients over the ranks, bucket by bucket, and divide by all rows")


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Take one step on the mean loss over all rows of all ranks; return that loss, a float."""
    raise NotImplementedError("run backward on every micro-batch, reduce once, step")


class BatchSampler:
    """One rank's part of each global batch."""

    def __init__(self, size, batch_size, seed):
        raise NotImplementedError("keep what the order of an epoch depends on")

    def set_epoch(self, epoch):
        """Choose the epoch of the next iteration; 0 before the first call."""

    def __len__(self):
        return 0

    def __iter__(self):
        return iter(())


class BatchNorm(nn.BatchNorm1d):
    """nn.BatchNorm1d, whose statistics in training are those of the rows of all ranks."""

    def forward(self, x):
        """Normalise (rows, features)."""
        raise NotImplementedError("mean and variance need sums over all ranks, forwards and backwards")


def evaluate(module, loss_fn, batches):
    """Return the mean loss over the rows of all ranks, a float."""
    raise NotImplementedError("add up losses and rows in evaluation mode, then over the ranks")


def save(path, module, optimizer, epoch):
    """Write a checkpoint on rank 0; return when it is whole."""
    raise NotImplementedError("only rank 0 writes, all wait")


def load(path, module, optimizer):
    """Load rank 0's checkpoint on every rank; return its epoch."""
    raise NotImplementedError("only rank 0 can read the file")
