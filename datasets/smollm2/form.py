"""The form that a prompt must have: taken apart, and refused where it is another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CUE_MOST = 40  # characters
LONGEST = 100_000  # characters of a prompt that are worth a look
MARK = " … "  # stands for what was cut out of a long text


@dataclass(frozen=True)
class Form:
    """The parts of one prompt: ``head + '"' + shown + '"' + cue``."""

    head: str
    shown: str
    cue: str
    examples: tuple[tuple[str, str], ...]
    """The (text, label) of every example that the head shows, in order."""


def clean(text: str) -> str:
    """Return a text as a prompt may show it: one line, no double quote, no ``<|``."""
    return " ".join(text.split()).replace('"', "'").replace("<|", "< |")


def opened(prompt: str, labels: Sequence[str]) -> Form:
    """Take a prompt apart.

    Raises
    ------
    AssertionError
        It is not of the form that the statement asks for; the message says how.
    """
    assert len(prompt) <= LONGEST, "a prompt is far too long"
    parts = prompt.split('"')
    assert len(parts) > 1, "there are no double quotes around the text"
    assert len(parts) % 2 == 1, "double quotes stand around the texts, and nowhere else"
    *before, shown, cue = parts
    assert 0 < len(cue) <= CUE_MOST, f"the cue after the text has 1 to {CUE_MOST} characters"
    assert cue == cue.rstrip(), "the prompt ends in white space; the model begins its label with a space of its own"
    examples = []
    for text, after in zip(before[1::2], before[2::2], strict=True):
        assert after.startswith(cue + " "), "what stands between an example's text and its label is not the cue"
        label = after.removeprefix(cue + " ").split("\n", 1)[0]
        assert label in labels, "an example's label is not one of the labels, or its line does not end after it"
        examples.append((text, label))
    return Form('"'.join(before), shown, cue, tuple(examples))


def all_opened(prompts: Sequence[str], labels: Sequence[str]) -> list[Form]:
    """Take prompts of one call apart; head and cue must be the same in all of them.

    Raises
    ------
    AssertionError
        One has not the form, or they differ in more than the text.
    """
    forms = [opened(prompt, labels) for prompt in prompts]
    assert len({form.head for form in forms}) <= 1, "what stands before the text is not the same for every text"
    assert len({form.cue for form in forms}) <= 1, "what stands after the text is not the same for every text"
    return forms
