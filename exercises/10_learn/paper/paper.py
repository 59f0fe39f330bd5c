"""Ebb, as its paper tells it (datasets/ebb/PAPER.md). Work through the equations in order; README.md has the types."""


def start_weights(y):
    """Return the start weights, floats (n,): equation 1. y is an int array (n,) of -1 and 1."""
    raise NotImplementedError("equation 1: count the rows of each class first")


def votes(x, threshold, direction, gap):
    """Return the votes of a stump on one column, -1, 0 or 1, (n,): equation 2. x may hold nan."""
    raise NotImplementedError("equation 2: who is beyond the gap, and on which side?")


def edge(w, y, h):
    """Return (edge, merit) of votes h under weights w, two floats: equation 3."""
    raise NotImplementedError("equation 3: three sums")


def strength(r, n):
    """Return the strength of a stump of edge r, trained on n rows, a float: equation 4 and its appendix."""
    raise NotImplementedError("equation 4, and what the appendix says of it")


def regret(m, alpha, y, h, leak):
    """Return the regrets after a round, floats (n,): equation 5."""
    raise NotImplementedError("equation 5: rows that heard no vote apart")


def weights(start, m, cap, fall):
    """Return the weights of regrets m, floats (n,): equation 6."""
    raise NotImplementedError("equation 6: draw it for one row first")


def fit(X, y, rounds, band, leak, cap, fall):
    """Train (algorithm 1); return the model, a dict of arrays (rounds kept,) and of "tie"."""
    raise NotImplementedError("algorithm 1: list the stumps in the appendix's order, then one round")


def score(model, X):
    """Return the score of each row, floats (n,) from -1 to 1: equation 7."""
    raise NotImplementedError("equation 7: two sums over the stumps")


def predict(model, X):
    """Return the class of each row, ints (n,) of -1 and 1."""
    raise NotImplementedError("the sign of the score, and the appendix where it is zero")


def report(studies, settings):
    """Return a cell of table 1: {"setting": place in settings, "mean": percent, "se": percent}."""
    raise NotImplementedError("section 4: fit each setting to each study, choose, then look at the test rows")
