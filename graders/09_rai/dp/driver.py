"""Written beside the submission: calls with functions as arguments, and what became of the other arguments."""

import dp
import numpy as np


def descend(centres, start, plan, seed):
    """Return the weights after a run towards the centres, and all else as it is then."""
    weights = dp.descend(lambda weights, lot: weights - centres[lot], len(centres), start, plan, seed)
    return [np.array(weights), centres, start, plan]


def noisy_mean(gradients, bound, sigma, expected, noise):
    """Return the noisy mean, and the gradients as they are then, beside the noise."""
    mean = dp.noisy_mean(gradients, bound, sigma, expected, lambda d: noise.copy())
    return [np.array(mean), gradients, noise]
