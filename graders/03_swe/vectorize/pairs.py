"""Calls in pairs: the second differs from the first in one thing, which a call that keeps something misses."""

import numpy as np

ROUNDS = 5


def changed(call, place):
    """Return a call one of whose arrays has another value in its middle, and the same ends."""
    array = call[place].copy()
    array[len(array) // 2] *= 3
    return (*call[:place], array, *call[place + 1 :])


def exchanged(call, place):
    """Return a call in one of whose arrays the middle two have changed places: the same ends, and the same sum."""
    array, middle = call[place].copy(), len(call[place]) // 2
    array[[middle, middle + 1]] = array[[middle + 1, middle]]
    return (*call[:place], array, *call[place + 1 :])


def distances(rng):
    """Return calls of `distances`."""
    found = {"the shape of the call before": [], "another b": [], "a and b exchanged": [], "one row changed": []}
    found["two rows exchanged"] = []
    found["the bytes of the call before, as another type"] = []
    for _ in range(ROUNDS):
        a, b, c = (rng.normal(size=(8, 3)) for _ in range(3))
        found["the shape of the call before"] += [(a, b), (b, c)]
        found["another b"] += [(a, b), (a, c)]
        found["a and b exchanged"] += [(a, b), (b, a)]
        found["one row changed"] += [(a, b), changed((a, b), 0), changed((a, b), 1)]
        found["two rows exchanged"] += [(a, b), exchanged((a, b), 0), exchanged((a, b), 1)]
        a, b = (
            rng.uniform(1, 2, size=(6, 4)).astype(np.float32) for _ in range(2)
        )  # as float64 they are from 2**-7 to 2
        found["the bytes of the call before, as another type"] += [(a, b), (a.view(float), b.view(float))]
    return found


def group_means(rng):
    """Return calls of `group_means`."""
    found = {
        "other values": [],
        "other labels": [],
        "another n_groups": [],
        "one value changed": [],
        "one label changed": [],
        "two labels exchanged": [],
    }
    found["the labels' bytes of the call before, as another type"] = []
    for _ in range(ROUNDS):
        values, group = rng.normal(size=(9, 2)), rng.permutation(np.arange(9) % 4)
        call = values, group, 4
        found["other values"] += [call, (rng.normal(size=(9, 2)), group, 4)]
        found["other labels"] += [call, (values, 3 - group, 4)]
        found["another n_groups"] += [call, (values, group, 6)]
        found["one value changed"] += [call, changed(call, 0)]
        found["one label changed"] += [call, (values, np.append(group[:-1], (group[-1] + 1) % 4), 4)]
        ordered = values, np.arange(9) % 4, 4
        found["two labels exchanged"] += [ordered, exchanged(ordered, 1)]
        short = rng.integers(0, 4, size=3), rng.permutation(np.arange(24) % 4)
        as_bytes = short[0].view(np.int8), short[0]
        found["the labels' bytes of the call before, as another type"] += [
            (rng.normal(size=(3, 2)), as_bytes[1], 4),
            (rng.normal(size=(24, 2)), as_bytes[0], 4),
        ]
    return found


def ranks(rng):
    """Return calls of `ranks`."""
    found = {
        "the length of the call before": [],
        "one value changed": [],
        "two values exchanged": [],
        "the bytes of the call before, as another type": [],
    }
    for _ in range(ROUNDS):
        x = (rng.permutation(np.arange(-8, 9)) / 8 + 3.0 * rng.choice([-1, 1], size=17)).astype(float)
        found["the length of the call before"] += [(x,), (rng.permutation(x) * -1,)]
        found["one value changed"] += [(x,), (np.where(np.arange(17) == 8, -10.0, x),)]
        found["two values exchanged"] += [(np.sort(x),), exchanged((np.sort(x),), 0)]
        others = (x.view("int64"),), (x.view("uint64"),)
        found["the bytes of the call before, as another type"] += [(x,), *others]
    return found


def lookup(rng):
    """Return calls of `lookup`."""
    found = {"other values": [], "another default": [], "other keys": [], "the same keys in another order": []}
    found.update({"others wanted": [], "one value changed": [], "one key changed": [], "two keys exchanged": []})
    for _ in range(ROUNDS):
        keys, values, wanted = rng.permutation(9), rng.normal(size=9), rng.integers(0, 12, size=14)
        call = wanted, keys, values, 0.5
        found["other values"] += [call, (wanted, keys, rng.normal(size=9), 0.5)]
        found["another default"] += [call, (wanted, keys, values, -0.5)]
        found["other keys"] += [call, (wanted, keys + 2, values, 0.5)]
        found["the same keys in another order"] += [call, (wanted, keys[::-1].copy(), values, 0.5)]
        found["others wanted"] += [call, (rng.permutation(wanted) + 1, keys, values, 0.5)]
        found["one value changed"] += [call, changed(call, 2)]
        every = np.arange(40), keys + 1, values, 0.5
        found["one key changed"] += [every, changed(every, 1)]
        found["two keys exchanged"] += [every, exchanged(every, 1)]
    return found


def in_place(rng):
    """Return two calls of each function, of one shape and type, to be made with the same arrays."""
    group, keys = rng.permutation(np.arange(12) % 4), rng.permutation(12)
    return {
        "distances": [(rng.normal(size=(6, 3)), rng.normal(size=(7, 3))) for _ in range(2)],
        "group_means": [(rng.normal(size=(12, 2)), g, 4) for g in (group, 3 - group)],
        "ranks": [(rng.normal(size=12),) for _ in range(2)],
        "lookup": [(rng.permutation(14), k, rng.normal(size=12), 0.5) for k in (keys, keys[::-1].copy())],
    }


def of_one_array(rng):
    """Return for each function of two arrays of one kind: the array that both are views of, and the other arguments."""
    return {"distances": (rng.normal(size=(8, 3)), []), "lookup": (rng.integers(0, 9, size=12), [np.arange(12.0), 0.5])}


def alone(rng):
    """Return calls of each function, some of one form, whose answer could be an argument or be written into one."""
    x, keys = rng.normal(size=(9, 3)), rng.permutation(9)
    places, values = keys + 1.0, rng.normal(size=9)
    many, labels = rng.normal(size=(1500, 1)), rng.permutation(1500)
    return {
        "distances": [
            *[(k * a, b) for a, b in ((x, x[:5] + 9), (x[:, :1], np.zeros((1, 1)))) for k in (1, 3)],
            (np.abs(x[:, :1]), np.zeros((1, 1))),
            (many, x[:, :1]),
        ],
        "group_means": [
            *[(v, g, 9) for v in (x, x, x.astype(np.float32)) for g in (np.arange(9), keys)],
            (many, labels % 40, 40),
        ],
        "ranks": [(v,) for v in (places, places, np.sort(places), np.array([0.0, -0.0, 2.0, -1.0, 2.0]), labels * 1.0)],
        "lookup": [
            *[(w, keys, values, 0.5) for w in (keys, keys, keys - 20, keys - 20)],
            (np.arange(9), np.arange(9), values, 0.5),
            (labels[:100], labels, many[:, 0], 0.5),
        ],
    }
