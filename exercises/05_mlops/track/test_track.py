"""Visible checks: a grid of three runs, its best model, and a gate with three releases."""

import warnings
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from tenfold import expect
from tenfold.datasets import module

with warnings.catch_warnings():  # MLflow warns of its own; with plain pytest this repository takes that for an error
    warnings.simplefilter("ignore")
    from track import fingerprint, promote, register_best, run_grid

pytestmark = pytest.mark.filterwarnings("default")

made = module(Path(__file__).resolve().parents[3] / "datasets" / "track" / "make.py")

RUNS = "select r.run_uuid, r.status from runs r join experiments e using (experiment_id) where e.name = ?"


@pytest.fixture
def place(submission, artefact, public, request, tmp_path, monkeypatch):
    """Give an empty store in the current folder: its URI, a way to fill it and a way to look into it."""
    monkeypatch.chdir(tmp_path)  # with plain pytest; a submission that is graded has its own folder
    file = f"{request.node.name}.db"
    submission.write(file, public("track", store={}))

    def query(sql, *parameters):
        return artefact("sqlite").query(submission.read(file), sql, parameters)

    def releases(names):
        submission.write(file, public("track", store=names))

    return SimpleNamespace(uri=f"sqlite:///{file}", query=query, releases=releases)


@pytest.mark.points(1)
def test_fingerprint_follows_the_rows(public):
    """The digest stays when rows change places, and changes when a cell does.

    What would you sort, and what would you hash?
    """
    frame = public("track")["parts"]["valid"]
    digest = expect.text(fingerprint(frame))
    assert 8 <= len(digest) <= 36, "8 to 36 characters: the store takes no more"
    assert expect.text(fingerprint(frame.iloc[::-1])) == digest, "rows in another order are the same data"
    for column in frame:
        changed = frame.copy()
        changed.loc[changed.index[7], column] += 0.001
        assert expect.text(fingerprint(changed)) != digest, "one changed cell makes other data"


@pytest.mark.points(1)
def test_each_setting_is_a_finished_run(place, public):
    """Three settings make three finished runs with their parameters and errors.

    Look at what you have written: mlflow.search_runs(experiment_names=["demo"]).
    """
    drawn = public("track")
    parts, grid = drawn["parts"], drawn["grid"][:3]
    run_grid(place.uri, "demo", parts, grid)
    assert [status for _, status in place.query(RUNS, "demo")] == ["FINISHED"] * 3
    logged = place.query("select run_uuid, key, value from metrics")
    for name in ("valid", "test"):
        found = sorted(expect.number(value) for _, key, value in logged if key == f"rmse_{name}")
        assert found == pytest.approx(sorted(made.scores(parts, each)[name] for each in grid), rel=1e-6)
    params = place.query("select key, value from params")
    for key in ("degree", "alpha"):
        found = Counter(made.plain(value) for name, value in params if name == key)
        assert found == Counter(float(each[key]) for each in grid), f"the parameter {key} is not logged as it was used"


@pytest.mark.points(1)
@pytest.mark.needs("test_each_setting_is_a_finished_run")
def test_a_version_is_registered(place, public):
    """The first registered model is version 1, knows its run, and is nobody's champion yet.

    Register the model that the run has logged. Moving the alias is the gate's task.
    """
    drawn = public("track")
    run_grid(place.uri, "demo", drawn["parts"], drawn["grid"][:2])
    assert expect.integer(register_best(place.uri, "demo", "power")) == 1
    versions = place.query("select name, version from model_versions")
    assert versions == [("power", 1)], "there should be version 1 of the model, and no other"
    runs = [(run,) for run, _ in place.query(RUNS, "demo")]
    assert place.query("select run_id from model_versions")[0] in runs, "the version does not know its run"
    assert place.query("select * from registered_model_aliases") == []


@pytest.mark.points(1)
def test_gate_lets_the_better_version_pass(place):
    """A first version passes the gate, a better one too, a worse one not.

    The error is on the validation rows. Which direction is better, and which of the digests must agree?
    """
    first, better, worse = (
        {"status": "FINISHED", "valid": "rows-of-may", "metrics": {"rmse_valid": error, "rmse_test": 5.0}}
        for error in (4.0, 3.5, 3.8)
    )
    place.releases({"power": {"versions": [first, better, worse], "champion": None}})
    for version, passes, champion in [(1, True, 1), (2, True, 2), (3, False, 2)]:
        assert expect.flag(promote(place.uri, "power", version)) is passes
        assert place.query("select alias, version from registered_model_aliases") == [("champion", champion)]
