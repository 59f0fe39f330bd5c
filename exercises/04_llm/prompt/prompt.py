"""Prompts that route messages to teams. The statement is in README.md."""


def prompts(examples, labels, texts, budget, count):
    """Return one prompt (str) for each text, of at most `budget` tokens each.

    examples: list of (text, label); labels: list of str; texts: list of str; budget: int; count(str) -> int: tokens.
    """
    raise NotImplementedError("clean a text; choose and order the examples; cut a text that is too long")


def probes(examples, labels, budget, count):
    """Return texts of examples (list of str) that the prompt does not show, equally many of each label."""
    raise NotImplementedError("which examples did `prompts` leave out?")


def decide(scores, probed):
    """Return the index (int) of the label that `scores` (labels,) favours, given those of the probes (n, labels)."""
    raise NotImplementedError("how likely is each label here, compared with how likely it always is?")


def parse(answer, labels):
    """Return the one label (str) that the first line of a free answer names, or None."""
    raise NotImplementedError("the first line that is not blank; whole words; any case")
