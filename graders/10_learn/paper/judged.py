"""Whether an answer is the one wanted; raises `expect.Unexpected` with what is wrong, where more can be said."""

import numpy as np

from tenfold import expect

KEYS = ("column", "threshold", "gap", "direction", "alpha")


def close(found, wanted):
    """Return whether numbers are within a millionth of those wanted, or within 1e-9."""
    return bool((np.abs(found - np.asarray(wanted)) <= np.maximum(1e-6 * np.abs(wanted), 1e-9)).all())


def same_floats(found, wanted):
    """Return whether an array holds the numbers wanted."""
    return close(expect.array(found, shape=wanted.shape, kind="iuf", finite=True), wanted)


def same_number(found, wanted):
    """Return whether a number is the one wanted."""
    return close(expect.number(found), wanted)


def same_classes(found, wanted):
    """Return whether an array holds the classes wanted."""
    return expect.array(found, shape=wanted.shape, kind="iu").tolist() == wanted.tolist()


def same_edge(found, wanted):
    """Return True where edge and merit are those wanted; else say which is not."""
    given = [expect.number(value) for value in expect.sequence(found, length=2)]
    for name, value, other in zip(("edge", "merit"), given, wanted, strict=True):
        if not close(value, other):
            raise expect.Unexpected(f"another {name}")
    return True


def model_of(found):
    """Return a model, its form checked: arrays of one length, and a class."""
    found = expect.mapping(found, keys=[*KEYS, "tie"])
    kept = {key: expect.array(found[key], shape=(None,), kind="iuf", finite=True) for key in KEYS}
    if len({len(values) for values in kept.values()}) != 1:
        raise expect.Unexpected("arrays of different length in a model")
    return {**kept, "tie": expect.integer(found["tie"])}


def same_tie(found, wanted):
    """Return whether a model has the class wanted for ties."""
    return model_of(found)["tie"] == wanted["tie"]


def same_stumps(found, wanted):
    """Return True where a model has the stumps wanted, whatever their strengths; else say which is the first other."""
    return same_rounds(found, wanted, KEYS[:-1])


def same_rounds(found, wanted, keys=KEYS):
    """Return True where a model has the rounds wanted; else say where the first difference is."""
    given = model_of(found)
    for i in range(min(len(given["alpha"]), len(wanted["alpha"]))):
        for key in keys:
            if not close(given[key][i], wanted[key][i]):
                raise expect.Unexpected(f"another {key} in round {i + 1}")
    if len(given["alpha"]) != len(wanted["alpha"]):
        more = len(given["alpha"]) > len(wanted["alpha"])
        raise expect.Unexpected(f"training ends too {'late' if more else 'soon'}")
    return True


def cell_of(found):
    """Return a cell, its form checked."""
    found = expect.mapping(found, keys=["setting", "mean", "se"])
    return expect.integer(found["setting"]), expect.number(found["mean"]), expect.number(found["se"])


def same_cell(found, wanted):
    """Return True where a cell is the one wanted; else say what is not."""
    setting, mean, se = cell_of(found)
    if setting != wanted["setting"]:
        raise expect.Unexpected("another setting")
    for name, value, other in (("mean", mean, wanted["mean"]), ("standard error", se, wanted["se"])):
        if not close(value, other):
            raise expect.Unexpected(f"another {name}")
    return True
