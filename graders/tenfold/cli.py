"""The command line: words in, exit code out. 0 passed, 1 not yet, 2 could not grade or wrong usage."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from . import __version__, bundle, catalog, staff
from .errors import MissingExtra, TenfoldError, UsageError
from .formats import FORMATS
from .formats.annotations import quiet
from .result import CODES, Result

WIDE = 140


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        course = Path(arguments.course).resolve() if arguments.course else catalog.find_course(Path.cwd())
        code = int(arguments.run(course, arguments))
        sys.stdout.flush()
        return code
    except TenfoldError as error:
        text = quiet(str(error), secrets.token_hex(16)) if "GITHUB_ACTIONS" in os.environ else str(error)
        Console(stderr=True).print(text, markup=False, highlight=False, style="bold", soft_wrap=True)
        return 2
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return 130
    except Exception:  # a mistake of the kit's is no "not yet"
        traceback.print_exc()
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tenfold", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    parser.add_argument("--course", help="folder with exercises/ and graders/ (default: the one around here)")
    words = parser.add_subparsers(required=True, metavar="COMMAND")

    word = words.add_parser("list", help="the exercises")
    word.add_argument("--skill", help="only this one, e.g. mlops")
    word.add_argument("--json", action="store_true", help="as JSON")
    word.set_defaults(run=_list)

    for name, run, text in (
        ("hint", _hint, "the next hint"),
        ("reset", _reset, "begin an exercise again; the learner's version is kept aside"),
        ("watch", _watch, "grade the visible checks whenever the work is saved"),
        ("new", _new, "write the files of a new exercise"),
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

    word = words.add_parser("check-result", help="see whether a result document is whole, fits this course, is signed")
    word.add_argument("file", type=Path, help="what grade --json wrote")
    word.add_argument("--submission", type=Path, help="the work that it is said to be about")
    word.add_argument("--key", type=Path, help="the public key that it must be signed with (PEM)")
    word.set_defaults(run=_check_result)

    word = words.add_parser("verify", help="prove that the graders are right")
    word.add_argument("exercises", nargs="*", metavar="EX", help="default: all")
    word.add_argument("--seeds", type=int, default=5, help="how many seeds (default 5)")
    word.add_argument("--jobs", type=int, help="how many grades at once (default: one a core)")
    word.add_argument("--level", help="the very sandbox level to grade at (default: the best one)")
    word.add_argument("--changed", action="store_true", help="only where the proof is stale")
    word.set_defaults(run=_verify)

    staff.add(words)
    return parser


def _list(course: Path, arguments: argparse.Namespace) -> int:
    found = catalog.of_skill(course, arguments.skill)
    if arguments.json:
        keys = ("id", "skill", "title", "level", "minutes", "points", "covers", "extras")
        print(json.dumps([{key: getattr(e, key) for key in keys} for e in found], indent=2))
        return 0
    console = Console(highlight=False)
    width = max(len(e.id) for e in found)
    for e in found:
        missing = [extra for extra in e.extras if not catalog.installed(extra)]
        needs = f"  (first installs {', '.join(missing)})" if missing else ""
        console.print(f"{e.id:{width}}  level {e.level}  {e.minutes:3} min  {e.title}{needs}", markup=False)
    return 0


def _show(course: Path, arguments: argparse.Namespace) -> int:
    exercise = catalog.find(course, arguments.exercise)
    if arguments.solution:
        from . import solutions

        text = solutions.as_markdown(exercise)
    else:
        text = (exercise.folder / "README.md").read_text(encoding="utf-8")
    if sys.stdout.isatty():
        Console().print(Markdown(text))
    else:
        print(text, end="")
    return 0


def _progress(course: Path, arguments: argparse.Namespace) -> int:
    from . import files, page, progress, report

    known = progress.read(course)
    standings = [progress.standing(exercise, known) for exercise in catalog.exercises(course)]
    if arguments.html is not None:
        files.write_whole(_writable(arguments.html), page.skill_map(standings))
    print(report.progress_text(standings, Console(highlight=False)))
    return 0


def _hint(course: Path, arguments: argparse.Namespace) -> int:
    from . import learner

    console = Console(highlight=False)
    console.print(Markdown(learner.next_hint(catalog.find(course, arguments.exercise))))
    return 0


def _reset(course: Path, arguments: argparse.Namespace) -> int:
    from . import learner

    for line in learner.reset(catalog.find(course, arguments.exercise)):
        print(line)
    return 0


def _grade(course: Path, arguments: argparse.Namespace) -> int:
    from . import files, grade, report, seeds, signature

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
    result = grade.grade(
        grade.Request(exercise, arguments.submission, seed, arguments.visible, require=arguments.require)
    )
    if arguments.json is not None:
        document = result.document()
        if arguments.sign is not None:
            document = signature.signed(document, arguments.sign)
        files.write_whole(arguments.json, report.as_json(document))
    for path, render in wanted:
        files.write_whole(path, render([result]))
    print(report.as_text(result, exercise.title, Console(highlight=False)))
    if result.detail and arguments.debug:
        print(result.detail, file=sys.stderr)
    _keep(exercise, result, arguments)
    if arguments.html is not None or arguments.open:
        _report(exercise, result, arguments)
    return CODES[result.status]


def _keep(exercise: catalog.Exercise, result: Result, arguments: argparse.Namespace) -> None:
    """Note a learner's grade; the kit's own solutions and a class are no progress of theirs."""
    from . import progress

    path = arguments.submission
    theirs = path is None or not path.resolve().is_relative_to(exercise.course / "solutions")
    if arguments.visible or not theirs or result.seed_label.startswith("secret "):
        return
    try:
        progress.note_grade(exercise, result)
    except OSError as error:
        print(f"  The score was not kept for `tenfold progress`: {error}", file=sys.stderr)


def _report(exercise: catalog.Exercise, result: Result, arguments: argparse.Namespace) -> None:
    import webbrowser

    from . import files, page

    path = arguments.html or exercise.course / ".tenfold" / "reports" / f"{exercise.id}.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_whole(path, page.report(result, exercise))
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
    from . import watch

    watch.watch(catalog.find(course, arguments.exercise), Console(highlight=False))
    return 0


def _check_result(course: Path, arguments: argparse.Namespace) -> int:
    from . import claim

    document = claim.read(arguments.file)
    console = Console(highlight=False)
    status = document["status"].replace("_", " ")
    console.print(
        f"{document['exercise']}: {status}, {document['score']:g} of {document['points']:g} points", markup=False
    )
    bad = 0
    for finding in claim.findings(document, course, arguments.submission, arguments.key):
        bad += finding.holds is False
        console.print({True: "  ✓", False: "  ✗", None: "  ·"}[finding.holds], finding.text, markup=False)
    return 1 if bad else 0


def _verify(course: Path, arguments: argparse.Namespace) -> int:
    from . import levels, verify

    bundle.refuse(course, "verify")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
    chosen = [catalog.find(course, name) for name in arguments.exercises] or list(_installed(course, console))
    if not chosen:
        raise UsageError("nothing was proved: no exercise can run here")
    if arguments.level is not None:
        levels.require(arguments.level)
    return verify.verify(chosen, arguments.seeds, arguments.jobs, arguments.changed, console, arguments.level)


def _installed(course: Path, console: Console) -> Iterator[catalog.Exercise]:
    """Yield the exercises that can run here; say of the others why they are left out."""
    for exercise in catalog.exercises(course):
        try:
            exercise.require_extras()
        except MissingExtra as error:
            console.print(f"left out: {error}", markup=False)
        else:
            yield exercise


def _new(course: Path, arguments: argparse.Namespace) -> int:
    from . import new

    bundle.refuse(course, "new")
    for path in new.create(course, arguments.exercise):
        print(path.relative_to(course))
    print(f"Next: write the solution and the hidden checks together; then  make verify EX={arguments.exercise}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
