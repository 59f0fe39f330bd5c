"""Written beside the submission: what only a caller in the same process sees, tables that stay or are filled anew."""

import copy

import drift


def left(function, calls):
    """Return the arguments of calls of `psi`, or of a monitor and its batches, as they were and as they are after."""
    held = copy.deepcopy(calls)
    given = copy.deepcopy(held)
    for first, *others in held:
        if function == "psi":
            drift.psi(first, *others)
        else:
            season, *batches = others
            monitor = drift.DriftMonitor(first, **({} if season is None else {"season": season}))
            for batch in batches:
                monitor.alarm(batch)
    return given, held


def filled(table, values):
    """Fill a table with other values; it stays the same object."""
    for name in table:
        table[name] = values[name].to_numpy(copy=True)
    return table


def in_place(references, batches):
    """Return what a monitor of each reference says of each batch, where all come in the same two tables."""
    reference, batch = references[0].copy(), batches[0].copy()
    monitors = [drift.DriftMonitor(filled(reference, values)) for values in references]
    return [[monitor.alarm(filled(batch, others)) for others in batches] for monitor in monitors]
