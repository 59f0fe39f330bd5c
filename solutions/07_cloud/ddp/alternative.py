"""Another way: buckets of whole parameters, all state in one message, gradients that add up on the way back."""

import io
import random

import torch
import torch.distributed as dist
from torch.distributed.nn.functional import all_reduce as differentiable_all_reduce
from torch.nn import BatchNorm1d
from torch.nn.functional import batch_norm


def _world():
    return dist.get_world_size()


def _send(payload):
    """Send bytes of rank 0 to all: first how many, then themselves."""
    size = torch.tensor([0 if payload is None else len(payload)])
    dist.broadcast(size, 0)
    data = torch.empty(int(size), dtype=torch.uint8)
    if payload is not None:
        data.copy_(torch.frombuffer(bytearray(payload), dtype=torch.uint8))
    dist.broadcast(data, 0)
    return data.numpy().tobytes()


def _packed(value):
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


def _unpacked(data):
    return torch.load(io.BytesIO(data), weights_only=True)


def broadcast(module):
    """Copy rank 0's state to every rank."""
    state = _send(_packed(module.state_dict()) if dist.get_rank() == 0 else None)
    module.load_state_dict(_unpacked(state))


def _buckets(params, most):
    """Yield lists of whole parameters of at most `most` bytes, or of one parameter."""
    bucket, size = [], 0
    for p in params:
        own = p.numel() * p.element_size()
        if bucket and size + own > most:
            yield bucket
            bucket, size = [], 0
        bucket.append(p)
        size += own
    if bucket:
        yield bucket


def reduce_gradients(module, rows, bucket_bytes):
    """Make each gradient that of the mean loss over all rows of all ranks."""
    params = [p for p in module.parameters() if p.requires_grad]
    facts = torch.tensor([rows, *(p.grad is not None for p in params)], dtype=torch.int32)
    dist.all_reduce(facts)
    total, *holders = facts.tolist()
    params = [p for p, many in zip(params, holders, strict=True) if many]  # the same on every rank
    for bucket in _buckets(params, bucket_bytes):
        for p in bucket:
            if p.grad is None:
                p.grad = torch.zeros_like(p)
        message = torch.nn.utils.parameters_to_vector([p.grad for p in bucket])
        dist.all_reduce(message)
        message /= total
        start = 0
        for p in bucket:
            p.grad.copy_(message[start : start + p.numel()].view_as(p))
            start += p.numel()


def train_step(module, optimizer, loss_fn, micro_batches, bucket_bytes):
    """Take one step; return the mean loss over all ranks."""
    optimizer.zero_grad()
    losses = []
    for x, y in micro_batches:
        losses.append(loss_fn(module(x), y))
        losses[-1].sum().backward()
    losses = torch.cat(losses).detach()
    reduce_gradients(module, losses.numel(), bucket_bytes)
    optimizer.step()
    report = torch.stack([losses.double().sum(), torch.tensor(float(losses.numel()), dtype=torch.float64)])
    dist.all_reduce(report)
    return float(report[0] / report[1])


class BatchSampler:
    """Parts of global batches: consecutive pieces."""

    def __init__(self, size, batch_size, seed):
        self.key, self.size, self.batch_size = seed, size, batch_size
        self.set_epoch(0)

    def set_epoch(self, epoch):
        """Shuffle for this epoch."""
        self.order = list(range(self.size))
        random.Random(f"{self.key}/{epoch}").shuffle(self.order)

    def __len__(self):
        return len(range(0, self.size, self.batch_size))

    def __iter__(self):
        rank, world, order = dist.get_rank(), _world(), self.order
        for start in range(0, self.size, self.batch_size):
            batch = order[start : start + self.batch_size]
            yield batch[len(batch) * rank // world : len(batch) * (rank + 1) // world]


class BatchNorm(BatchNorm1d):
    """Batch normalisation with statistics of all ranks."""

    def forward(self, x):
        """Normalise rows."""
        if not self.training:
            return batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, False, 0.0, self.eps)
        rows = torch.full_like(x[:1].sum(dim=0), len(x))
        rows = differentiable_all_reduce(rows)
        mean = differentiable_all_reduce(x.sum(dim=0)) / rows
        var = differentiable_all_reduce(((x - mean) ** 2).sum(dim=0)) / rows
        self.num_batches_tracked.add_(1)
        with torch.no_grad():
            keep = 1.0 - self.momentum
            self.running_mean.mul_(keep).add_(self.momentum * mean)
            self.running_var.mul_(keep).add_(self.momentum * var * rows / (rows - 1))
        return (x - mean) / torch.sqrt(var + self.eps) * self.weight + self.bias


def evaluate(module, loss_fn, batches):
    """Return the mean loss over all ranks' rows."""
    training = {part for part in module.modules() if part.training}
    module.eval()
    report = torch.zeros(2, dtype=torch.float64)
    with torch.inference_mode():
        for x, y in batches:
            report += torch.tensor([loss_fn(module(x), y).sum().item(), len(y)], dtype=torch.float64)
    for part in module.modules():
        part.training = part in training
    dist.all_reduce(report)
    return float(report[0] / report[1])


def save(path, module, optimizer, epoch):
    """Write on rank 0; a message says that it is done."""
    if dist.get_rank() == 0:
        torch.save((module.state_dict(), optimizer.state_dict(), epoch), path)
    dist.all_reduce(torch.zeros(1))


def load(path, module, optimizer):
    """Read on rank 0, send the bytes."""
    if dist.get_rank() == 0:
        with open(path, "rb") as file:  # noqa: PTH123
            data = _send(file.read())
    else:
        data = _send(None)
    weights, moments, epoch = _unpacked(data)
    module.load_state_dict(weights)
    optimizer.load_state_dict(moments)
    return epoch
