"""All examples as they come, the text pasted in, the likeliest label, a label anywhere in the answer."""

import numpy as np


def prompts(examples, labels, texts, budget, count):
    """Paste everything together."""
    shown = "".join(f'"{text}" => {label}\n' for text, label in examples)
    return [f'{shown}"{text}" =>' for text in texts]


def probes(examples, labels, budget, count):
    """Return the first examples."""
    return [text for text, _ in examples[:6]]


def decide(scores, probed):
    """Return the likeliest label."""
    return int(np.argmax(scores))


def parse(answer, labels):
    """Return the first label that is in there."""
    return next((label for label in labels if label in answer), None)
