"""The words of who hands exercises out: pull requests, releases, nbgrader courses, results that are handed in."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from rich.console import Console

from .. import files
from ..errors import MissingExtra, UsageError
from ..exercise import bundle, catalog, extras
from ..result import CODES, Result

MARKS = {True: "✓", False: "✗", None: "·"}


def add(words: Any) -> None:
    """Add these words to the command line's, with what each runs."""
    word = words.add_parser("ci", help="grade a change of a Git repository: its exercises' files alone")
    word.add_argument("--base", required=True, metavar="REF", help="what the change is to be merged into")
    word.add_argument("--head", required=True, metavar="REF", help="the change's last commit")
    word.add_argument("--repo", type=Path, metavar="PATH", help="the repository (default: the course's own)")
    word.add_argument("--require", metavar="LEVEL", help="the least sandbox level to grade at (default: medium)")
    word.add_argument("--out", type=Path, metavar="DIR", help="write the results into DIR, in every format")
    word.add_argument("--groups", action="store_true", help="only say which groups the changed exercises need")
    word.set_defaults(run=_ci, require="medium")

    word = words.add_parser("release", help="write a learner's bundle and a course template, without what is hidden")
    word.add_argument("folder", metavar="OUT", help="the folder for both archives, made if need be")
    word.set_defaults(run=_release)

    word = words.add_parser("nbgrader", help="exercises as assignments of nbgrader's")
    verbs = word.add_subparsers(required=True, metavar="install|export")
    verb = verbs.add_parser("install", help="make a course grade outside the kernel")
    verb.add_argument("folder", type=Path, metavar="COURSE", help="nbgrader's course folder, made if need be")
    verb.set_defaults(run=_nbgrader_install)
    verb = verbs.add_parser("export", help="write the sources of assignments")
    verb.add_argument("folder", type=Path, metavar="COURSE", help="nbgrader's course folder")
    verb.add_argument("exercises", nargs="*", metavar="EX", help="e.g. mlops-drift")
    verb.add_argument("--skill", help="every exercise of a skill, e.g. mlops")
    verb.add_argument("--force", action="store_true", help="also write over what was edited since the last export")
    verb.set_defaults(run=_nbgrader_export)

    word = words.add_parser("check-result", help="see whether a result document is whole, fits this course, is signed")
    word.add_argument("file", type=Path, help="what grade --json wrote")
    word.add_argument("--submission", type=Path, help="the work that it is said to be about")
    word.add_argument("--key", type=Path, help="the public key that it must be signed with (PEM)")
    word.set_defaults(run=_check_result)


def _ci(course: Path, arguments: argparse.Namespace) -> int:
    from ..handout.pulls import changed_files, ci
    from ..handout.pulls.repository import Repository
    from ..reports import terminal_text
    from ..reports.printed import say

    repository = Repository((arguments.repo or course).resolve())
    base, head = (repository.commit(name) for name in (arguments.base, arguments.head))
    if arguments.groups:
        exercises = changed_files.between(course, repository, base, head).exercises
        print(*sorted({name for exercise in exercises for name in exercise.extras}))
        return 0
    place = repository.place(course, base)
    if place is not None and os.environ.get(ci.AT_BASE) != base and not repository.is_at(base):
        out = ["--out", str(arguments.out.absolute())] if arguments.out else []
        words = ["ci", "--base", base, "--head", head, "--require", arguments.require, *out]
        return ci.at_base(place, repository, base, words)
    if arguments.out is not None:
        files.make_folder(arguments.out)  # before the grades, which would be lost
    found = changed_files.between(course, repository, base, head)
    console, results, stopped = Console(highlight=False), list[Result](), None
    try:
        for exercise, result in ci.results(found, arguments.require):
            results.append(result)
            say(terminal_text.as_text(result, exercise.title, console))
    except KeyboardInterrupt as error:  # what was graded by then stays graded
        stopped = error
        left = [exercise.id for exercise in found.exercises[len(results) :]]
        say(f"\n  Stopped: no grade of {', '.join(left) or 'none'}.")
    say(terminal_text.change_text(results, found.others, console))
    ci.tell_github(results, found)
    if arguments.out is not None:
        ci.write(results, arguments.out)
    if stopped is not None:
        raise stopped
    return max((CODES[result.status] for result in results), default=0)


def _release(course: Path, arguments: argparse.Namespace) -> int:
    from ..handout.release import contents

    if not arguments.folder:
        raise UsageError("into which folder? Name it: make release OUT=folder")
    written, left = contents.release(course, Path(arguments.folder))
    for one in written:
        print(f"{one.path}  {one.members} files, {one.size / 1e6:.1f} MB, SHA-256 {one.sha256}")
    for path in left:
        print(f"left out, as neither an exercise.toml nor a list of the kit names it: {path}")
    return 0


def _nbgrader_install(course: Path, arguments: argparse.Namespace) -> int:
    bundle.refuse(course, "nbgrader")
    _require_nbgrader()
    from ..handout.nbgrader import config

    path, changed = config.install(course, arguments.folder)
    print(f"{path} {'now grades' if changed else 'already grades'} with the exercises of {course}")
    return 0


def _nbgrader_export(course: Path, arguments: argparse.Namespace) -> int:
    bundle.refuse(course, "nbgrader")
    _require_nbgrader()
    from ..handout.nbgrader import export

    if not arguments.folder.is_dir():
        raise UsageError(f"there is no folder {arguments.folder}. Make it with: tenfold nbgrader install COURSE")
    if bool(arguments.exercises) == bool(arguments.skill):
        raise UsageError("which exercises? Name them, or one skill with --skill")
    chosen = [catalog.find(course, name) for name in arguments.exercises] or catalog.of_skill(course, arguments.skill)
    for exercise in chosen:
        print(export.export(exercise, arguments.folder, arguments.force))
    print(f"Next, in {arguments.folder}:  nbgrader generate_assignment {chosen[0].id}")
    return 0


def _require_nbgrader() -> None:
    if not extras.installed("nbgrader"):
        raise MissingExtra("nbgrader is not installed. Install it with: make nbgrader EX=… COURSE=…")


def _check_result(course: Path, arguments: argparse.Namespace) -> int:
    from ..reports import result_check
    from ..reports.printed import say

    document = result_check.read(arguments.file)
    status = document["status"].replace("_", " ")
    head = f"{document['exercise']}: {status}, {document['score']:g} of {document['points']:g} points"
    found = list(result_check.findings(document, course, arguments.submission, arguments.key))
    say("\n".join([head, *(f"  {MARKS[finding.holds]} {finding.text}" for finding in found)]))
    return 1 if any(finding.holds is False for finding in found) else 0
