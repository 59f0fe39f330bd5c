"""What one process that sees all rows comes to, and the numbers of the ranks beside it."""

import contextlib

import numpy as np
import torch

TOLERANCE = {"float64": 1e-6, "float32": 1e-3}


@contextlib.contextmanager
def told(kind):
    """Let what fails inside say for which kind of input."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError(f"{kind}: {error}") from None


def near(found, wanted, what, dtype="float64"):
    """Fail the check unless numbers agree within the stated tolerance."""
    wanted = np.asarray(wanted, dtype=float)
    assert (np.abs(found - wanted) <= TOLERANCE[dtype] * np.maximum(1.0, np.abs(wanted))).all(), what


def mean_loss(data, module, numbers):
    """Return the mean loss of these rows in evaluation mode; the mode of before comes back."""
    training = module.training
    dtype = next(module.parameters()).dtype
    x, y = data.nets.rows(data.x, data.y, numbers, str(dtype).removeprefix("torch."))
    mean = data.nets.squares(module.eval()(x), y).mean().item()
    module.train(training)
    return mean


def one_step(data, module, optimiser, step, dtype="float64"):
    """Take one step on the rows of all ranks, step[rank][k] of the k-th micro-batch; return the mean loss."""
    total = sum(len(numbers) for rank in step for numbers in rank)
    optimiser.zero_grad()
    mean = 0.0
    for parts in zip(*step, strict=True):
        x, y = data.nets.rows(data.x, data.y, [i for part in parts for i in part], dtype)
        part = data.nets.squares(module(x), y).sum() / total
        part.backward()
        mean += part.item()
    optimiser.step()
    return mean


def follow(data, left, net, steps):
    """Compare every rank after every step with one process; return the calls and bytes of each step."""
    module, dtype = data.nets.build(**net), net.get("dtype", "float64")
    optimiser, sent = data.nets.Momentum(module), []
    for step in steps:
        mean = one_step(data, module, optimiser, step, dtype)
        state = data.nets.state(module)
        for rank in left:
            near(rank.one(), mean, "the loss returned is not the mean over the rows of all ranks", dtype)
            assert rank.one() == 1, "train_step returns no float"
            found = rank.take(len(state))
            near(found, state, "after a step the parameters or buffers are not those of one process", dtype)
            sent.append(rank.take(3))
    return sent


def reduced(data, net, each):
    """Return for each parameter, by name, its size and the mean gradient over all ranks, or None."""
    wanted, rows = [], sum(rank["rows"] for rank in each)
    for name, p in sorted(data.nets.build(**net).named_parameters()):
        parts = [rank["given"][name] for rank in each if name in rank["given"]]
        wanted.append((p.numel(), np.ravel(sum(parts)) / rows if parts else None))
    return wanted


def follow_gradients(data, rank, net, each, what):
    """Compare the gradients of a rank with those wanted."""
    for size, gradient in reduced(data, net, each):
        has, found = rank.one(), rank.take(size)
        if gradient is None:
            assert has == 0, "a parameter that no rank has a gradient for has got one"
        else:
            assert has == 1, "a gradient that some rank has is missing on a rank"
            near(found, gradient, what, net.get("dtype", "float64"))


def follow_reduction(data, left, net, each):
    """Compare the gradients of every rank with those wanted; return of each the calls, bytes and largest message."""
    sent = []
    for rank in left:
        follow_gradients(data, rank, net, each, "a gradient is not that of the mean loss over the rows of all ranks")
        assert rank.one() == 1, "reduce_gradients changed a parameter or a buffer"
        sent.append(rank.take(3))
    return sent


def follow_norm(data, left, scene, parts):
    """Compare a layer on the ranks with `nn.BatchNorm1d` on the rows of all: parts[step][rank] are row numbers."""
    dtype, wide = scene.get("dtype", "float64"), len(scene["weight"])
    layer = torch.nn.BatchNorm1d(wide, eps=scene["eps"], momentum=scene["momentum"]).to(getattr(torch, dtype))
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(scene["weight"]))
        layer.bias.copy_(torch.from_numpy(scene["bias"]))
    rows, learn = data.x[:, :wide] * scene["scale"] + scene["shift"], scene.get("learn", True)

    def compare(rank, wanted, what):
        near(rank.take(wanted.numel()), wanted.detach().numpy().ravel(), what, dtype)

    for part in parts:
        x, y = data.nets.rows(rows, data.y, [i for own in part for i in own], dtype)
        x.requires_grad_(learn)
        out = layer(x)
        layer.zero_grad()
        ((out - y[:, None]) ** 3).sum().backward()
        shared, sizes = [], [len(own) for own in part]
        for place, rank in enumerate(left):
            compare(rank, out.split(sizes)[place], "outputs are not those of all rows")
            assert rank.one() == 1, "outputs have another dtype than the rows"
            assert rank.one() == 1, "the layer changes the rows that it is given"
            if learn:
                compare(rank, x.grad.split(sizes)[place], "gradients of the rows are not those of all rows")
            shared.append(rank.take(2 * wide))
        both = torch.cat([layer.weight.grad, layer.bias.grad])
        near(sum(shared), both, "the ranks' gradients of weight and bias do not add up to those of all rows", dtype)
    layer.eval()
    for rank, own in zip(left, parts[0], strict=True):
        x, _ = data.nets.rows(rows, data.y, own, dtype)
        compare(rank, layer(x), "when serving, outputs differ")
        compare(rank, layer.running_mean, "the running mean differs")
        compare(rank, layer.running_var, "the running variance differs")
        near(rank.one(), len(parts), "num_batches_tracked differs")
        assert rank.one() == 0, "when serving, messages are sent"


def follow_evaluation(data, left, net, each, modes):
    """Compare what every rank's `evaluate` gave, and left, with one process."""
    module, dtype = data.nets.build(**net), net.get("dtype", "float64")
    wanted = mean_loss(data, module, [i for rank in each for batch in rank for i in batch])
    for rank in left:
        near(rank.one(), wanted, "not the mean over the rows of all ranks", dtype)
        assert rank.one() == 1, "evaluate returns no float"
        assert rank.one() == 0, "a module was in training mode meanwhile"
        assert rank.take(len(modes)).tolist() == modes, "a module was left in another mode than before"
        assert rank.one() == 1, "evaluation changed the module, or its gradients"
        assert rank.one() == 1, "after it nothing has a gradient any more"


def follow_again(data, left, nets, steps, held, given):
    """Compare networks that are used by turns with those of one process."""
    made = [(module, data.nets.Momentum(module)) for module in (data.nets.build(**net) for net in nets)]
    (x, y), epoch, states = data.nets.rows(data.x, data.y, held), 0, []
    for step in steps:
        for module, optimiser in made:
            x += 0.1
            with torch.no_grad():
                for p in module.parameters():
                    p += 0.1
            loss = data.nets.squares(module.eval()(x), y).mean().item()
            module.train()
            mean = one_step(data, module, optimiser, step)
            states.append(state := data.nets.state(module))
            for rank in left:
                near(rank.one(), loss, "evaluate gives another mean when network or rows have changed")
                near(rank.one(), mean, "train_step gives another loss when it is called again")
                assert rank.one() == epoch, "load returns the epoch of another checkpoint"
                near(rank.take(len(state)), state, "load gives the state of another checkpoint")
            epoch += 1
    for rank in left:
        assert rank.one() == 0, "load does not look at the file that is there now"
        near(rank.take(len(states[0])), states[0], "load does not look at the file that is there now")
    for net, each in zip(nets, given, strict=True):
        for rank in left:
            follow_gradients(data, rank, net, each, "reduce_gradients changed the gradients of another module")
