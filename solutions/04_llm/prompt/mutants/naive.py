"""All examples as they come, the text pasted in, the likeliest label, a label anywhere in the answer."""

import numpy as np


def prompts(examples, labels, texts, budget, count):
    shown = "".join(f'"{text}" => {label}\n' for text, label in examples)
    return [f'{shown}"{text}" =>' for text in texts]


def probes(examples, labels, budget, count):
    return [text for text, _ in examples[:6]]


def decide(scores, probed):
    return int(np.argmax(scores))


def parse(answer, labels):
    return next((label for label in labels if label in answer), None)
