"""Runs beside a submission: makes a call and tells what its arguments are afterwards."""

import copy

from track import run_grid


def after_run_grid(store, experiment, parts, grid):
    """Run a grid; return the parts and the grid as they are then, and as they were given."""
    given = copy.deepcopy([parts, grid])
    run_grid(store, experiment, parts, grid)
    return {"left": [parts, grid], "given": given}
