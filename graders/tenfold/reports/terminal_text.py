"""A result as text for a person: pure functions of the result."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..exercise.misconceptions import misconceptions
from ..result import CheckResult, Metric, Result, clean

MARKS = {
    "passed": ("✓", "green"),
    "partial": ("~", "yellow"),
    "failed": ("✗", "red"),
    "not_tried": ("·", "dim"),
    "could_not_grade": ("!", "magenta"),
}
VERDICTS = {
    "passed": ("PASSED", "bold green"),
    "not_yet": ("NOT YET", "bold yellow"),
    "could_not_grade": ("COULD NOT GRADE", "bold magenta"),
}
SCALE = 24
MOST_PATHS = 20


def as_text(result: Result, title: str, console: Console) -> str:
    """Return a result for a terminal or a pipe: verdict, every check, and what to do next."""
    with console.capture() as captured:
        console.print(_headline(result, title))
        if result.message:
            console.print(Padding(Text(result.message, style="bold"), (0, 0, 0, 2)))
        for hidden, heading in ((False, "Visible checks"), (True, "Hidden checks")):
            checks = [check for check in result.checks if check.hidden is hidden]
            if checks:
                console.print(Text(f"\n  {heading}", style="bold"), _checks(checks), sep="\n")
        console.print(_next(result))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def change_text(results: Sequence[Result], others: Sequence[str] | None, console: Console) -> str:
    """Return what a change came to: a line an exercise, and the paths that were not looked at."""
    with console.capture() as captured:
        if not results:
            console.print("\n  Nothing to grade: no exercise's files differ.", end="")
        for result in results:
            word, style = verdict(result), VERDICTS[result.status][1]
            score = "" if result.status == "could_not_grade" else f"  {result.score:g} of {result.points:g} points"
            console.print(Text.assemble("\n  ", (result.exercise, "bold"), "  ", (word, style), score), end="")
        if others is None:
            console.print("\n\n  Other paths of this change, too many or not all here: not used.", end="")
        elif others:
            paths = f"{len(others):,} other path{'s' * (len(others) > 1)}"
            console.print(f"\n\n  {paths} of this change, not used:")
            for path in others[:MOST_PATHS]:
                console.print(Text(f"    {one_line(path)}"))
            if len(others) > MOST_PATHS:
                console.print(f"    and {len(others) - MOST_PATHS} more")
    return captured.get().rstrip("\n")


def one_line(path: str) -> str:
    """Return a path as it can be shown, whatever bytes somebody put into it."""
    return clean(os.fsencode(path).decode("utf-8", "replace"), 200).replace("\n", "?").replace("\t", "?")


def verdict(result: Result) -> str:
    """Return the verdict in words; a pass that is not about every check says so."""
    scope = " (visible checks only)" if result.status == "passed" and result.visible_only else ""
    return VERDICTS[result.status][0] + scope


def headline(result: Result, title: str) -> str:
    """Return the verdict as plain text."""
    return _headline(result, title).plain


def lines(check: CheckResult) -> list[str]:
    """Return what there is to say of a check as plain text: mark, title, metric, feedback, usual cause."""
    return [f"{MARKS[check.status][0]} {_points(check)}", *(line.plain for line in _lines(check))]


def _points(check: CheckResult) -> str:
    return f"{check.earned:g}/{check.points:g}"


def _headline(result: Result, title: str) -> Text:
    word, style = verdict(result), VERDICTS[result.status][1]
    text = Text.assemble((result.exercise, "bold"), f"  {title}\n  ", (word, style))
    if result.status != "could_not_grade":
        text.append(f"  {result.score:g} of {result.points:g} points (passes at {result.points * result.pass_:g})")
    draws = f"{result.seed_label} · " if result.checks or result.status != "could_not_grade" else ""
    text.append(f"   {draws}{result.sandbox['level']} sandbox · {result.seconds:.1f} s", style="dim")
    return text


def _checks(checks: list[CheckResult]) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=3, justify="right")
    grid.add_column(justify="right")
    grid.add_column(overflow="fold")
    for check in checks:
        mark, style = MARKS[check.status]
        grid.add_row(Text(mark, style), Text(_points(check), style), Group(*_lines(check)))
    return grid


def _lines(check: CheckResult) -> Iterator[Text]:
    yield Text(check.title, style="" if check.status == "passed" else "bold")
    if check.metric is not None and check.status != "passed":
        yield _scale(check.metric)
    if check.feedback:
        yield Text(check.feedback, style="dim" if check.status == "not_tried" else "")
    if check.misconception and check.status in ("partial", "failed"):
        yield Text(f"Often the cause: {misconceptions()[check.misconception]}.", style="italic")


def _scale(metric: Metric) -> Text:
    share = 0.0 if metric.value is None else (metric.value - metric.floor) / (metric.full - metric.floor)
    place = round(min(max(share, 0.0), 1.0) * (SCALE - 1))
    bar = "".join("●" if i == place else "─" for i in range(SCALE))
    return Text.assemble(f"{metric.name} {metric.shown}   {metric.floor:g} ", (bar, "cyan"), f" {metric.full:g}")


def _next(result: Result) -> Text:
    if result.status == "passed" and result.visible_only:
        return Text("\n  What to try next:  make progress")
    if result.status == "passed":
        return Text(
            f"\n  Other ways, and the wrong ideas avoided:\n    make show EX={result.exercise} ARGS=--solution\n"
            "  What to try next:  make progress"
        )
    if result.status == "could_not_grade":
        return Text("\n  Nothing was taken for a zero. When it is mended, grade again.")
    if any(check.status == "not_tried" and not check.feedback for check in result.checks):
        return Text(f"\n  Next: mend that, then  make grade EX={result.exercise}")
    line = f"\n  Next: {result.to_mend.title}.\n" if result.to_mend else "\n"
    return Text(f"{line}  A hint: make hint EX={result.exercise}      The statement: make show EX={result.exercise}")
