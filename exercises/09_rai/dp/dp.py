"""Private training: bound what one record can do, drown it in noise, and count what leaked. README.md has the rules."""


def clip(gradients, bound):
    """Return the gradients (m, d), no row longer than `bound`."""
    raise NotImplementedError("scale down each row whose norm is above the bound")


def noisy_mean(gradients, bound, sigma, expected, normal):
    """Return the private mean (d,) of the gradients (m, d) of one lot."""
    raise NotImplementedError("sum the clipped gradients, add noise once, and divide")


def epsilon(sigma, rate, steps, delta):
    """Return the epsilon that `steps` noisy steps cost, at `delta`."""
    raise NotImplementedError("compute the Rényi divergence of one step at each order, then convert")


def noise_for(budget, rate, steps, delta):
    """Return the smallest sigma whose epsilon keeps to the budget."""
    raise NotImplementedError("search for the sigma where epsilon meets the budget")


def descend(gradients, n, start, plan, seed):
    """Return the weights (d,) after the private steps of `plan`."""
    raise NotImplementedError("draw a lot, ask for its gradients once, take one noisy step; repeat")


def train(X, y, ranges, budget, delta, seed):
    """Return a model with `predict_proba(X)` and `spent`, trained within (budget, delta)."""
    raise NotImplementedError("scale the columns by what is public, choose a plan, and descend")
