"""The words of a learner: list, show, hint, reset, watch, progress, grade."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markdown import Markdown

from .. import files
from ..errors import UsageError
from ..exercise import catalog, extras, seeds
from ..exercise.exercise import Exercise
from ..reports.formats import FORMATS
from ..result import CODES, Result, Stopped


def add(words: Any) -> None:
    """Add these words to the command line's, with what each runs."""
    word = words.add_parser("list", help="the exercises")
    word.add_argument("--skill", help="only this one, e.g. mlops")
    word.add_argument("--json", action="store_true", help="as JSON")
    word.set_defaults(run=_list)

    for name, run, text in (
        ("hint", _hint, "the next hint"),
        ("reset", _reset, "begin an exercise again; the learner's version is kept aside"),
        ("watch", _watch, "grade the visible checks whenever the work is saved"),
    ):
        word = words.add_parser(name, help=text)
        word.add_argument("exercise", help="e.g. mlops-drift")
        word.set_defaults(run=run)

    word = words.add_parser("show", help="the statement of an exercise")
    word.add_argument("exercise", help="e.g. mlops-drift")
    word.add_argument("--solution", action="store_true", help="once passed: solutions, and the wrong ideas avoided")
    word.set_defaults(run=_show)

    word = words.add_parser("progress", help="what is passed, best scores, what to try next")
    word.add_argument("--html", type=Path, metavar="F", help="write the skill map to F, a page of its own")
    word.set_defaults(run=_progress)
    _add_grade(words)


def _add_grade(words: Any) -> None:
    word = words.add_parser("grade", help="grade a submission")
    word.add_argument("exercise", help="e.g. mlops-drift")
    word.add_argument("--submission", type=Path, help="file, folder or notebook (default: the exercise's folder)")
    word.add_argument("--visible", action="store_true", help="only the visible checks")
    word.add_argument("--seed", type=int, help="replay a recorded seed")
    word.add_argument("--require", metavar="LEVEL", help="the least sandbox level to grade at: weak, medium or strong")
    word.add_argument("--json", type=Path, metavar="F", help="write the result document to F")
    word.add_argument("--html", type=Path, metavar="F", help="write the report to F, a page of its own")
    for flag, (what, _) in FORMATS.items():
        word.add_argument(f"--{flag}", type=Path, metavar="F", help=f"write {what} to F")
    word.add_argument("--open", action="store_true", help="open the report in a browser")
    word.add_argument("--sign", type=Path, metavar="KEY", help="sign the document with this private key (PEM)")
    word.add_argument("--debug", action="store_true", help="show the grader's own traceback")
    word.set_defaults(run=_grade)


def _list(course: Path, arguments: argparse.Namespace) -> int:
    found = catalog.of_skill(course, arguments.skill)
    if arguments.json:
        keys = ("id", "skill", "title", "level", "minutes", "points", "covers", "extras")
        print(json.dumps([{key: getattr(e, key) for key in keys} for e in found], indent=2))
        return 0
    console = Console(highlight=False)
    width = max(len(e.id) for e in found)
    for e in found:
        missing = [extra for extra in e.extras if not extras.installed(extra)]
        needs = f"  (first installs {', '.join(missing)})" if missing else ""
        console.print(f"{e.id:{width}}  level {e.level}  {e.minutes:3} min  {e.title}{needs}", markup=False)
    return 0


def _show(course: Path, arguments: argparse.Namespace) -> int:
    exercise = catalog.find(course, arguments.exercise)
    if arguments.solution:
        from ..learner import solutions_after_pass

        text = solutions_after_pass.as_markdown(exercise)
    else:
        text = (exercise.folder / "README.md").read_text(encoding="utf-8")
    if sys.stdout.isatty():
        Console().print(Markdown(text))
    else:
        print(text, end="")
    return 0


def _progress(course: Path, arguments: argparse.Namespace) -> int:
    from ..learner import progress
    from ..learner.progress_text import progress_text
    from ..learner.skill_map import skill_map

    known = progress.read(course)
    standings = [progress.standing(exercise, known) for exercise in catalog.exercises(course)]
    if arguments.html is not None:
        files.write_whole(_writable(arguments.html), skill_map(standings))
    print(progress_text(standings, Console(highlight=False)))
    return 0


def _hint(course: Path, arguments: argparse.Namespace) -> int:
    from ..learner.next_hint import next_hint

    console = Console(highlight=False)
    console.print(Markdown(next_hint(catalog.find(course, arguments.exercise))))
    return 0


def _reset(course: Path, arguments: argparse.Namespace) -> int:
    from ..learner import starter_reset

    for line in starter_reset.reset(catalog.find(course, arguments.exercise)):
        print(line)
    return 0


def _grade(course: Path, arguments: argparse.Namespace) -> int:
    from ..grading import grade
    from ..reports import signature, terminal_text
    from ..reports.json_document import as_json
    from ..reports.printed import guarded, say

    exercise = catalog.find(course, arguments.exercise)
    wanted = [(path, render) for flag, (_, render) in FORMATS.items() if (path := getattr(arguments, flag))]
    for path in (arguments.json, arguments.html, *(path for path, _ in wanted)):
        if path is not None:
            _writable(path)
    if arguments.sign is not None:
        if arguments.json is None:
            raise UsageError("--sign signs the document: name a file for it with --json")
        signature.signed({}, arguments.sign)  # a key that does not serve is told before the work begins
    seed = None if arguments.seed is None else seeds.numbered(arguments.seed)
    request = grade.Request(exercise, arguments.submission, seed, arguments.visible, require=arguments.require)
    stopped = None
    try:
        result = grade.grade(request)
    except Stopped as error:  # what was decided by then is told and written
        stopped, result = error, error.result
    _keep(exercise, result, arguments)
    if arguments.json is not None:
        document = result.document()
        if arguments.sign is not None:
            document = signature.signed(document, arguments.sign)
        files.write_whole(arguments.json, as_json(document))
    for path, render in wanted:
        files.write_whole(path, render([result]))
    say(terminal_text.as_text(result, exercise.title, Console(highlight=False)))
    if result.detail and arguments.debug:
        print(guarded(result.detail), file=sys.stderr)
    if arguments.html is not None or arguments.open:
        _report(exercise, result, arguments)
    if stopped is not None:
        raise stopped
    return CODES[result.status]


def _keep(exercise: Exercise, result: Result, arguments: argparse.Namespace) -> None:
    """Note a learner's grade; the kit's own solutions and a class are no progress of theirs."""
    from ..learner import progress

    path = arguments.submission
    theirs = path is None or not path.resolve().is_relative_to(exercise.course / "solutions")
    if arguments.visible or not theirs or result.seed_label.startswith("secret "):
        return
    try:
        progress.note_grade(exercise, result)
    except OSError as error:
        print(f"  The score was not kept for `tenfold progress`: {error}", file=sys.stderr)


def _report(exercise: Exercise, result: Result, arguments: argparse.Namespace) -> None:
    import webbrowser

    from ..reports import html_page

    path = arguments.html or exercise.course / ".tenfold" / "reports" / f"{exercise.id}.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_whole(path, html_page.report(result, exercise))
    except OSError as error:
        print(f"  The report was not written: {error}. Name a file for it with --html.", file=sys.stderr)
        return
    print(f"  Report: {path}")
    if arguments.open and not webbrowser.open(path.absolute().as_uri()):
        print("  No browser was found here: open that file in one.")


def _writable(path: Path) -> Path:
    folder = path.absolute().parent
    if not folder.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {folder}")
    if path.is_dir():
        raise UsageError(f"{path} cannot be written: it is a folder. Name a file in it")
    if not os.access(path if path.exists() and not path.is_file() else folder, os.W_OK):
        raise UsageError(f"{path} cannot be written: you may not write there. Name a file in another folder")
    return path


def _watch(course: Path, arguments: argparse.Namespace) -> int:
    from ..learner import watch

    watch.watch(catalog.find(course, arguments.exercise), Console(highlight=False))
    return 0
