"""The set-up: nothing to do says nothing, half-done is made anew, a failure says what to do."""

from __future__ import annotations

import argparse
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.conftest import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
OF_MAKE = {
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "ARGS",
    "BASE",
    "COURSE",
    "EX",
    "FILE",
    "HEAD",
    "JOBS",
    "OUT",
    "REPO",
    "SUB",
}
OUTSIDE = {name: value for name, value in os.environ.items() if name not in OF_MAKE}
"""As if make did not run this: it hands on the variables of its command line."""
TARGETS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def choice(**words):
    """Return the arguments of a command that asks for nothing but these."""
    return argparse.Namespace(**{"all": False, "exercise": [], "group": [], "proof": None, **words})


@pytest.fixture
def setup(tmp_path, monkeypatch):
    """Load bootstrap.py with a pip that only writes down what it is asked for."""
    names = runpy.run_path(str(ROOT / "graders" / "bootstrap.py"))
    kind = names["Environment"]
    asked = []

    def pip(self, groups, packages):
        asked.append(groups)

    def create(folder, with_pip):
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(sys.executable)

    monkeypatch.setattr(kind, "_pip", pip)
    monkeypatch.setattr(kind, "_renew_pip", lambda self: None)
    monkeypatch.setitem(kind.install.__globals__, "venv", type("venv", (), {"create": staticmethod(create)}))
    return kind(tmp_path / "venv"), asked, kind


@pytest.fixture
def played(tmp_path, monkeypatch):
    """Load bootstrap.py with a Python that writes down what it is asked for, and plays a script where that is pip."""
    names = runpy.run_path(str(ROOT / "graders" / "bootstrap.py"))
    kind = names["Environment"]
    script = tmp_path / "pip.sh"
    script.touch()

    def create(folder, with_pip):
        (folder / "bin").mkdir(parents=True)
        (folder / "lib" / "python3" / "site-packages").mkdir(parents=True)
        python = folder / "bin" / "python"
        python.write_text(
            f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\ncase $2 in pip) cd {folder} && . {script} ;; esac\n'
        )
        python.chmod(0o755)

    monkeypatch.setitem(kind.install.__globals__, "venv", type("venv", (), {"create": staticmethod(create)}))
    return kind(tmp_path / "venv"), script, lambda: (tmp_path / "asked").read_text().splitlines()


def test_what_is_installed_is_not_installed_again(setup):
    environment, asked, _ = setup
    assert environment.lacks(["core", "torch"]) == ["core", "torch"]
    environment.install(["core", "torch"])
    assert asked == [["torch"], ["core"]]
    assert environment.lacks(["core", "torch"]) == []
    assert environment.lacks(["core", "boost"]) == ["boost"]


def test_torch_is_installed_first_and_all_the_rest_in_one_call_of_pip(played, monkeypatch):
    environment, _, asked = played
    monkeypatch.setenv("TENFOLD_PIP_ARGS", "--extra-index-url 'https://cpu.example'")
    environment.install(["core", "torch", "boost", "llm"])
    renewed, torch, rest, bare, compiled = asked()
    assert renewed.endswith(" --upgrade pip")
    optional = PROJECT["project"]["optional-dependencies"]
    assert torch.endswith(f"--extra-index-url https://cpu.example {optional['torch'][0]}")
    assert rest.endswith(" ".join(["https://cpu.example -e", str(ROOT), *optional["boost"], *optional["llm"]]))
    assert bare.endswith(f"--no-deps {PROJECT['tool']['tenfold']['bare']['llm'][0]}")
    for line in (renewed, torch, rest, bare):
        assert line.startswith("-m pip install ")
        assert "--no-compile" in line.split()
        assert f"-c {ROOT / 'constraints.txt'}" in line
    assert "-m compileall" in compiled


def test_a_further_group_is_one_call_of_pip(played):
    environment, _, asked = played
    environment.install(["core"])
    before = len(asked())
    environment.install(environment.lacks(["core", "boost"]))
    calls = [line for line in asked()[before:] if "-m pip" in line]
    assert len(calls) == 1
    assert calls[0].endswith(" ".join(PROJECT["project"]["optional-dependencies"]["boost"]))


def test_an_old_pip_is_good_enough_where_there_is_no_newer_one(played):
    environment, script, asked = played
    script.write_text('case "$*" in *" pip") exit 1 ;; esac\n')
    environment.install(["core"])
    assert environment.lacks(["core"]) == []
    assert sum(line.endswith(" --upgrade pip") for line in asked()) == 1


def test_what_pip_brings_is_compiled_but_what_is_no_python(setup):
    """Boxes could not: they run on a read-only file system."""
    environment, _, _ = setup
    for folder in ("site-packages/kit", "site-packages/templates"):
        (environment.folder / "lib" / "python3" / folder).mkdir(parents=True)
    site = environment.folder / "lib" / "python3" / "site-packages"
    (site / "kit" / "good.py").write_text("x = 1\n")
    (site / "templates" / "bad.py").write_text("class {{ name }}:\n")
    (environment.folder / "bin").mkdir()
    environment.python.symlink_to(Path(sys._base_executable).resolve())  # one of an environment lacks its file here
    environment.install(["core"])
    assert [path.name for path in site.rglob("*.pyc")] == [f"good.{sys.implementation.cache_tag}.pyc"]
    assert environment.lacks(["core"]) == []


def test_what_is_to_come_is_said_first(setup, monkeypatch, capsys):
    environment, _, kind = setup
    monkeypatch.setitem(kind.install.__globals__["SIZES"], "core", 3000)
    monkeypatch.setitem(kind.install.__globals__["SIZES"], "torch", 600)
    environment.install(["core", "torch"])
    first = capsys.readouterr().out.splitlines()[0]
    minutes = round(3600 / kind.install.__globals__["SPEED"] / 60)
    assert minutes > 1
    assert first == (f"Setting up venv with core, torch: about 3600 MB on disk, about {minutes} minutes (a guess)")


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(20, "less than a minute"), (50, "about 1 minute"), (100, "about 2 minutes"), (300, "about 5 minutes")],
)
def test_how_long_is_guessed_from_the_size(setup, monkeypatch, seconds, says):
    _, _, kind = setup
    names = kind.install.__globals__
    monkeypatch.setitem(names["SIZES"], "core", seconds * names["SPEED"])
    assert names["guessed"](["core"]) == says


def test_every_group_has_a_size():
    assert PROJECT["tool"]["tenfold"]["megabytes"].keys() == {"core", *PROJECT["project"]["optional-dependencies"]}


def test_no_package_is_in_both_lint_and_dev():
    groups = PROJECT["project"]["optional-dependencies"]
    lint, dev = ({re.split(r"[<>=\[]", need)[0] for need in groups[name]} for name in ("lint", "dev"))
    assert not lint & dev


def test_a_changed_constraint_is_a_reason_to_install(setup, monkeypatch):
    environment, _, kind = setup
    environment.install(["core"])
    monkeypatch.setitem(kind.install.__globals__["PROJECT"]["project"], "dependencies", ["numpy>=99"])
    assert environment.lacks(["core"]) == ["core"]


def test_what_was_broken_off_is_made_anew(setup, monkeypatch, capsys):
    environment, asked, kind = setup
    environment.install(["core"])

    def fail(self, groups, packages):
        raise KeyboardInterrupt

    works = kind._pip
    monkeypatch.setattr(kind, "_pip", fail)
    with pytest.raises(KeyboardInterrupt):
        environment.install(["torch"])
    monkeypatch.setattr(kind, "_pip", works)
    assert environment.lacks(["core", "torch"]) == ["core", "torch"]
    asked.clear()
    environment.install(["torch"])
    assert "made anew" in capsys.readouterr().out
    assert asked == [["torch"], ["core"]]
    assert environment.lacks(["core", "torch"]) == []


def test_what_could_not_be_compiled_yet_is_not_finished(setup, monkeypatch):
    environment, _, kind = setup

    def broken_off(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(kind, "_compile", broken_off)
    with pytest.raises(KeyboardInterrupt):
        environment.install(["core"])
    assert environment.lacks(["core"]) == ["core"]


def test_a_venv_whose_python_is_gone_is_made_anew(setup):
    environment, asked, _ = setup
    environment.install(["core"])
    environment.python.unlink()
    assert environment.lacks(["core"]) == ["core"]
    environment.install(["core"])
    assert asked == [["core"], ["core"]]


def test_groups_of_an_exercise_come_in_order(setup):
    _, _, kind = setup
    wanted = kind.install.__globals__["wanted"]
    assert wanted(choice(exercise=["dl-quantize"], group=["sign"])) == ["core", "torch", "sign"]
    assert wanted(choice(exercise=["../../etc"])) == ["core"]
    assert wanted(choice(all=True))[:2] == ["core", "torch"]


def test_a_proof_wants_what_its_exercises_and_their_alternatives_need(setup):
    _, _, kind = setup
    wanted = kind.install.__globals__["wanted"]
    assert wanted(choice(exercise=["ml-gbm-tune"])) == ["core"]  # its alternative needs more, a learner does not
    assert wanted(choice(proof=["ml-gbm-tune"])) == ["core", "boost"]
    assert wanted(choice(proof=["mlops-drift"])) == ["core"]
    assert wanted(choice(proof=["dl-quantize", "ml-gbm-tune"])) == ["core", "torch", "boost"]


def test_a_proof_of_everything_wants_what_any_exercise_needs_and_no_more(setup):
    _, _, kind = setup
    tables = [tomllib.loads(path.read_text()) for path in ROOT.glob("exercises/*/*/exercise.toml")]
    needed = {group for table in tables for group in table.get("extras", [])}
    found = kind.install.__globals__["wanted"](choice(proof=[]))
    assert set(found) == {"core", "boost", *needed}
    assert not {"dev", "lint", "nbgrader"} & set(found)


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("ERROR: No matching distribution found for lightgbm>=4.5", "boost"),
        ("ERROR: Could not find a version that satisfies the requirement ml-dtypes (from onnx)", "compress"),
        ("ERROR: Failed building wheel for cfn_lint", "cloud"),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left",
            "core, boost, cloud, compress",
        ),
    ],
)
def test_a_failing_pip_names_the_group(played, capsys, line, named):
    environment, script, _ = played
    script.write_text(f'echo "Collecting numpy"\necho "{line}"\nexit 1\n')
    with pytest.raises(SystemExit) as end:
        environment.install(["core", "boost", "cloud", "compress"])
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"pip could not install {named}:\n")
    assert line in said
    assert environment.broken.exists()
    assert environment.lacks(["core"]) == ["core"]


def test_a_terminal_is_shown_how_many_packages_have_come(played, monkeypatch, capsys):
    environment, script, _ = played
    script.write_text(
        'case "$*" in *" pip") exit ;; esac\n'
        "echo 'Collecting a'\necho '  Downloading https://files.example/a-1.0.whl (1 kB)'\n"
        "echo 'Installing collected packages: a, b, c'\nmkdir lib/python3/site-packages/a-1.dist-info\nsleep 1.2\n"
    )
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    environment.install(["core"])
    said = capsys.readouterr().out
    assert "Installing core … downloading a-1.0.whl" in said
    assert "Installing core … 1 of 3 packages" in said
    assert said.endswith("Compiling: done\n")


def test_a_pipe_is_told_in_plain_lines(played, capsys):
    environment, script, _ = played
    script.write_text("echo 'Collecting a'\necho 'Installing collected packages: a'\n")
    environment.install(["core", "boost", "cloud", "data", "torch"])
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("Setting up venv with core, boost, cloud, data, torch: about ")
    assert rest == ["Installing torch …", "Installing core, boost and 2 more …", "Compiling …"]


def test_a_failing_pip_ends_with_its_last_lines_and_what_to_do(tmp_path):
    """For real: a venv, and a pip that may ask nobody."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    argv = [sys.executable, ROOT / "graders" / "bootstrap.py", "--venv", tmp_path / "venv"]
    ran = subprocess.run(argv, env=environment, capture_output=True, text=True)
    assert ran.returncode == 2
    assert "pip could not install core" in ran.stderr
    assert "run the same command again" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert (tmp_path / "venv" / "tenfold-unfinished").exists()


def test_make_passes_the_names_of_a_change_on_as_they_are(tmp_path):
    """Whoever offers a branch chooses its name."""
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "tenfold"
    fake.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >> {tmp_path}/words\n")
    fake.chmod(0o755)
    odd = f"a`touch {tmp_path}/ran`$(touch {tmp_path}/ran)'\";&$(shell touch {tmp_path}/ran)$HOME"
    argv = ["make", "-s", "ci", f"BASE={odd}", f"HEAD={odd}", f"REPO={odd}", f"VENV={tmp_path}", "PYTHON=true"]
    ran = subprocess.run(argv, cwd=ROOT, env=OUTSIDE, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    words = [f"--base={odd}", f"--head={odd}", f"--repo={odd}"]
    assert (tmp_path / "words").read_text().splitlines() == ["ci", *words, "--groups", "ci", *words]
    assert not (tmp_path / "ran").exists()


def test_a_change_that_is_not_there_needs_no_group(tmp_path):
    (tmp_path / "bin").mkdir()
    for path, text in {"bin/tenfold": "echo gone >&2; exit 2", "set-up": f'echo "$@" >> {tmp_path}/words'}.items():
        (tmp_path / path).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / path).chmod(0o755)
    argv = ["make", "-s", "ci", "BASE=main", "HEAD=nope", f"VENV={tmp_path}", f"PYTHON={tmp_path / 'set-up'}"]
    ran = subprocess.run(argv, cwd=ROOT, env=OUTSIDE, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr.count("gone")) == (2, 1)
    call = f"-I graders/bootstrap.py --venv {tmp_path}"
    assert (tmp_path / "words").read_text().splitlines() == [call, f"{call} --group"]


@pytest.mark.parametrize(("code", "wanted"), [(0, 0), (1, 1), (2, 2)])
def test_make_passes_the_exit_code_of_a_grade_on(tmp_path, code, wanted):
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "tenfold"
    fake.write_text(f"#!/bin/sh\nexit {code}\n")
    fake.chmod(0o755)
    ran = subprocess.run(
        ["make", "-s", "grade", "EX=toy-mean", f"VENV={tmp_path}", "PYTHON=true"],
        cwd=ROOT,
        env=OUTSIDE,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == wanted, ran.stderr
    assert ("Error" in ran.stderr) == (wanted == 2)


# What ends a set-up early


@pytest.fixture
def kit(tmp_path):
    """Return a copy of what make reads, with an environment whose pip takes an hour and says that it began."""
    copy, venv = tmp_path / "copy", tmp_path / "venv"
    (copy / "graders").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "graders/bootstrap.py"):
        shutil.copy(ROOT / name, copy / name)
    (venv / "bin").mkdir(parents=True)
    pip = f"touch {tmp_path}/began; exec sleep 3600"
    (venv / "bin" / "python").write_text(f"#!/bin/sh\ncase $2 in pip) {pip} ;; esac\n")
    (venv / "bin" / "python").chmod(0o755)
    return copy, venv


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("target", ["grade", "list"])
def test_ctrl_c_under_make_is_a_line_and_no_traceback(kit, target, times, eventually):
    copy, venv = kit
    process = subprocess.Popen(
        ["make", target, "EX=toy-mean", f"PYTHON={sys.executable}", f"VENV={venv}"],
        cwd=copy, env=OUTSIDE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert eventually((copy.parent / "began").exists)
    for _ in range(times):
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    said = process.communicate(timeout=PATIENCE)[1]
    # a second signal can find make at waiting for what has ended by then: it says so, and ends with 2
    ends = (-signal.SIGINT, 130, 2) if "wait: No child processes" in said and times > 1 else (-signal.SIGINT, 130)
    assert process.returncode in ends, said
    assert said.count("stopped by you") == 1
    assert "Traceback" not in said
    assert (venv / "tenfold-unfinished").exists()


def test_ctrl_c_while_the_set_up_itself_is_loaded_is_no_traceback(kit):
    copy, venv = kit
    (copy / "graders" / "venv.py").write_text("import os, signal, time\nos.kill(os.getpid(), 2)\ntime.sleep(60)\n")
    ended = bootstrap(copy, venv)
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "")


def bootstrap(copy, venv, shell='exec "$@"', **more):
    argv = ["bash", "-c", shell, "bash", sys.executable, copy / "graders" / "bootstrap.py", "--venv", venv]
    return subprocess.run(argv, env=OUTSIDE | more, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("shell", "says"),
    [
        ('mkdir "$C/.tenfold-setup.lock"; exec "$@"', "Is a directory"),
        ('rm -r "$V"; touch "$V"; exec "$@"', "Not a directory"),
        ('ulimit -f 0; rm "$V/tenfold-"*; exec "$@"', "File too large"),
        ('exec "$@" >/dev/full', "No space left on device"),
    ],
)
def test_a_checkout_that_cannot_be_written_is_a_line_and_2(kit, shell, says):
    copy, venv = kit
    (venv / "bin" / "python").write_text("#!/bin/sh\n")
    (venv / "tenfold-x").touch()
    ended = bootstrap(copy, venv, shell, C=str(copy), V=str(venv))
    assert ended.returncode == 2, ended.stderr
    assert ended.stderr.startswith("The environment cannot be set up: ")
    assert says in ended.stderr
    assert "run the same command again" in ended.stderr
    assert len(ended.stderr.splitlines()) == 2


@pytest.mark.parametrize("stream", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_no_reason_to_break_off(kit, stream):
    copy, venv = kit
    (venv / "bin" / "python").write_text("#!/bin/sh\n")
    ended = bootstrap(copy, venv, f'exec "$@" {stream}')
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (venv / "tenfold-core.stamp").exists()


def test_what_lies_on_pythons_path_is_no_library_to_make(kit, tmp_path):
    copy, venv = kit
    (venv / "bin" / "python").write_text('#!/bin/sh\n[ -z "$PYTHONPATH" ] || [ "$1" = -I ]\n')
    (venv / "bin" / "tenfold").write_text("#!/bin/sh\n")
    (venv / "bin" / "tenfold").chmod(0o755)
    (tmp_path / "argparse.py").write_text("raise SystemExit('no library')\n")
    argv = ["make", "-s", "list", f"PYTHON={sys.executable}", f"VENV={venv}"]
    ended = subprocess.run(argv, cwd=copy, env=OUTSIDE | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


# What a target installs, and what a dry run does not


@pytest.fixture
def made(tmp_path):
    """Return a copy of what make reads, and a call of make there; every program only leaves a line in ran.txt."""
    copy, programs = tmp_path / "copy", tmp_path / "programs"
    (copy / "graders").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "graders/bootstrap.py"):
        shutil.copy(ROOT / name, copy / name)
    (programs / "bin").mkdir(parents=True)
    for name in ("set-up", "bin/tenfold", "bin/python", "bin/ruff", "bin/mypy", "bin/lint-imports"):
        (programs / name).write_text(f'#!/bin/sh\necho "{Path(name).name}" "$@" >> {tmp_path}/ran.txt\n')
        (programs / name).chmod(0o755)

    def run(*words, venv=programs):
        argv = ["make", *words, f"PYTHON={programs / 'set-up'}", f"VENV={venv}"]
        done = subprocess.run(argv, cwd=copy, env=OUTSIDE, capture_output=True, text=True)
        ran = tmp_path / "ran.txt"
        return done, ran.read_text().splitlines() if ran.exists() else []

    return copy, run


@pytest.mark.parametrize("target", TARGETS)
def test_a_dry_run_does_nothing(target, made):
    copy, run = made
    before = sorted(copy.rglob("*"))
    done, ran = run("-n", target, "EX=toy-mean", "BASE=main", "HEAD=n", venv=".venv")
    assert done.returncode == 0, done.stderr
    assert done.stdout, "it says what it would do"
    assert ran == []
    assert sorted(copy.rglob("*")) == before


@pytest.mark.parametrize("flags", ["--dry-run", "--just-print", "-nk", "-kn", "-k -n", "--no-print-directory -n -j2"])
def test_a_dry_run_is_known_however_it_is_asked_for(flags, made):
    _, run = made
    for target in ("ci", "grade", "test"):
        done, ran = run(*flags.split(), target, "BASE=main")
        assert done.returncode == 0, done.stderr
        assert ran == []


@pytest.mark.parametrize("flags", ["", "-k", "-j2", "--no-print-directory", "--no-builtin-rules -k"])
def test_what_only_has_an_n_in_it_is_no_dry_run(flags, made):
    copy, run = made
    with (copy.parent / "programs" / "bin" / "tenfold").open("a") as file:
        file.write("exit 1\n")
    done, ran = run(*flags.split(), "grade", "EX=nnn", "BASE=n", "ARGS=-n")
    assert done.returncode == 1, done.stderr  # make calls it an error, and 2, where it takes this for a dry run
    assert [line.split()[0] for line in ran] == ["set-up", "tenfold"]


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        ("verify", "--kit verify --proof"),
        ("verify EX=mlops-drift", "--kit verify --proof mlops-drift"),
        ("new EX=ml-new", "--kit new"),
        ("release OUT=out", "--kit release"),
        ("nbgrader EX=mlops-drift COURSE=out", "--kit nbgrader --group nbgrader --exercise mlops-drift"),
        ("lint", "--kit lint --group lint sign"),
        ("readme", "--kit readme --exercise mlops-drift"),
        ("test", "--kit test --all"),
    ],
)
def test_a_target_installs_what_it_needs(words, needs, made):
    _, run = made
    done, ran = run(*words.split())
    assert done.returncode == 0, done.stderr
    call, venv = ran[0].split(" --venv ")
    assert call == "set-up -I graders/bootstrap.py"
    assert venv.split(maxsplit=1)[1] == needs
    assert len(ran) > 1


def test_two_exercises_can_be_proved_at_once(made):
    _, run = made
    done, ran = run("verify", "EX=ml-a ml-b")
    assert done.returncode == 0, done.stderr
    assert ran[0].endswith(" --kit verify --proof ml-a ml-b")
    assert ran[1] == "tenfold verify ml-a ml-b"


def test_lint_asks_every_tool(made):
    _, run = made
    _, ran = run("lint")
    assert ran[1:] == ["ruff check .", "ruff format --check .", "mypy", "lint-imports"]


def test_the_tests_run_on_all_cores_and_what_is_asked_for_comes_last(made):
    _, run = made
    _, ran = run("test", "JOBS=3", "ARGS=-n 0 -k foo")
    assert ran[1] == "python -m pytest -n 3 --durations=10 -n 0 -k foo"
