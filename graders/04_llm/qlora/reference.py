"""Full fine-tuning in NumPy: what the accuracy of an adapted network is compared with."""

import numpy as np

STEPS, BATCH, RATE = 500, 64, 1e-3


def forward(layers, x):
    """Return the input of each layer, and the logits."""
    kept = []
    for index, (weight, bias) in enumerate(layers):
        kept.append(x)
        x = x @ weight.T + bias
        if index < len(layers) - 1:
            x = np.maximum(x, 0)
    return kept, x


def predictions(layers, x, labels, tests):
    """Train every weight and bias with Adam on (x, labels); return the classes of the test rows."""
    rng = np.random.default_rng(0)
    layers = [[layer["weight"].copy(), layer["bias"].copy()] for layer in layers]
    means = [[np.zeros_like(part) for part in layer] for layer in layers]
    squares = [[np.zeros_like(part) for part in layer] for layer in layers]
    for step in range(1, STEPS + 1):
        rows = rng.integers(0, len(x), size=BATCH)
        kept, out = forward(layers, x[rows])
        share = np.exp(out - out.max(axis=1, keepdims=True))
        delta = share / share.sum(axis=1, keepdims=True)
        delta[np.arange(BATCH), labels[rows]] -= 1
        delta /= BATCH
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / STEPS))
        for index in reversed(range(len(layers))):
            slopes = [delta.T @ kept[index], delta.sum(axis=0)]
            delta = (delta @ layers[index][0]) * (kept[index] > 0)
            for part, slope in enumerate(slopes):
                mean, square = means[index][part], squares[index][part]
                mean += 0.1 * (slope - mean)
                square += 0.001 * (slope**2 - square)
                sized = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
                layers[index][part] -= (rate * sized).astype(np.float32)
    return forward(layers, tests)[1].argmax(axis=1)
