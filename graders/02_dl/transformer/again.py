"""Runs in the box, beside the submission: calls whose caller goes on using the tensors. It returns answers alone."""

import importlib

import numpy as np
import torch

transformer = importlib.import_module("transformer")
held = []


def spoilt(value):
    """Overwrite what a call returned, as who holds it may do."""
    if isinstance(value, torch.Tensor):
        value.detach().numpy()[...] = 7
    for part in value if isinstance(value, (list, tuple)) else ():
        spoilt(part)


def refilled(value, new):
    """Return a value that holds other numbers from now on, its tensors the same ones."""
    if isinstance(value, torch.Tensor):
        np.copyto(value.detach().numpy(), new.numpy())
        return value
    if isinstance(value, dict):
        for name in value:
            refilled(value[name], new[name])
        return value
    return new


def twice(name, first, second):
    """Return what a call gives in the tensors of an earlier one, whose answer was overwritten."""
    function = getattr(transformer, name)
    spoilt(function(*first))
    return function(*[refilled(one, new) for one, new in zip(first, second, strict=True)])


def all_twice(calls):
    """Return the second answer of each (name, arguments, other arguments)."""
    return [twice(*call) for call in calls]


def given_as_one(name, args, places):
    """Return what a call gives that gets one tensor at some places."""
    return getattr(transformer, name)(*[args[places[0]] if i in places else arg for i, arg in enumerate(args)])


def trained(*args):
    """Return what `train` gives, its arguments as they are afterwards, and what it gave before, as that is now."""
    held.append(transformer.train(*args))
    return held[-1], list(args), held[0]
