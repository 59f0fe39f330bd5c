"""Visible checks: a grid of runs, a model that is registered, and a gate with three releases."""

import warnings
from collections import Counter
from pathlib import Path

import pytest

from tenfold import expect
from tenfold.datasets import module

with warnings.catch_warnings():  # MLflow warns of its own; with plain pytest this repository takes that for an error
    warnings.simplefilter("ignore")
    from track import fingerprint, promote, register_best, run_grid

pytestmark = pytest.mark.filterwarnings("default")

DATA = Path(__file__).resolve().parents[3] / "datasets" / "track"
made, places = module(DATA / "make.py"), module(DATA / "place.py")

RUNS = "select r.run_uuid, r.status from runs r join experiments e using (experiment_id) where e.name = ?"


@pytest.fixture
def place(submission, artefact, public, request, tmp_path, monkeypatch):
    """Give an empty store in the current folder: its URI, a way to fill it and a way to look into it."""
    monkeypatch.chdir(tmp_path)  # with plain pytest; a submission that is graded has its own folder
    return places.Place(f"{request.node.name}.db", submission, artefact, public)


@pytest.mark.points(1)
def test_fingerprint_follows_the_rows(public):
    """The digest stays when rows change places, and changes when a cell does.

    What would you sort, and what would you hash?
    """
    frame = public("track")["parts"]["valid"]
    digest = expect.text(fingerprint(frame))
    assert 8 <= len(digest) <= 36, f"the digest has {len(digest)} characters; 8 to 36 were wanted"
    turned = expect.text(fingerprint(frame.iloc[::-1]))
    assert turned == digest, f"with its rows in another order the table has the digest {turned}; {digest} was wanted"
    for column in frame:
        changed = frame.copy()
        changed.loc[changed.index[7], column] += 0.001
        other = expect.text(fingerprint(changed))
        assert other != digest, f"one cell of {column} was changed, and the digest is still {digest}"


@pytest.mark.points(1)
def test_each_setting_is_a_finished_run(place, public):
    """Two settings make two finished runs with their parameters and errors.

    Look at what you have written: mlflow.search_runs(experiment_names=["demo"]).
    """
    drawn = public("track")
    parts, grid = drawn["parts"], drawn["grid"][:2]
    run_grid(place.uri, "demo", parts, grid)
    found = [status for _, status in place.query(RUNS, "demo")]
    assert found == ["FINISHED"] * 2, f"the runs of the experiment have the status {found}; two FINISHED were wanted"
    logged = place.query("select key, value from metrics order by value")
    for name in ("valid", "test"):
        key, wanted = f"rmse_{name}", sorted(made.scores(parts, each)[name] for each in grid)
        found = [expect.number(value) for each, value in logged if each == key]
        fits = len(found) == 2 and all(abs(f - w) <= 1e-6 * w for f, w in zip(found, wanted, strict=True))
        assert fits, f"the two runs have logged the {key} {found}; {wanted} were wanted"
    params = place.query("select key, value from params")
    for key in ("degree", "alpha"):
        found = Counter(made.plain(value) for name, value in params if name == key)
        wanted = Counter(float(each[key]) for each in grid)
        assert found == wanted, f"the two runs have logged the {key} {[*found]}; {[*wanted]} were wanted"


@pytest.mark.points(1)
@pytest.mark.needs("test_each_setting_is_a_finished_run")
def test_a_version_is_registered(place, public):
    """The first registered model is version 1, knows its run, and is nobody's champion yet.

    Register the model that the run has logged. Moving the alias is the gate's task.
    """
    drawn = public("track")
    run_grid(place.uri, "demo", drawn["parts"], drawn["grid"][:1])
    version = expect.integer(register_best(place.uri, "demo", "power"))
    assert version == 1, f"register_best gave {version}; 1 was wanted"
    versions = place.query("select name, version from model_versions")
    assert versions == [("power", 1)], f"the store has the versions {versions}; version 1 of power alone was wanted"
    runs = [(run,) for run, _ in place.query(RUNS, "demo")]
    assert place.query("select run_id from model_versions") == runs, "the version does not know its run"
    aliases = [alias for _, alias in place.aliases()]
    assert not aliases, f"registering has set the aliases {aliases}; none was wanted"


@pytest.mark.points(1)
def test_gate_lets_the_better_version_pass(place):
    """A first version passes the gate, a better one too, a worse one not.

    The error is on the validation rows. Which direction is better, and which of the digests must agree?
    """
    first, better, worse = (
        {"status": "FINISHED", "valid": "rows-of-may", "metrics": {"rmse_valid": error, "rmse_test": 5.0}}
        for error in (4.0, 3.5, 3.8)
    )
    place.fill({"power": {"versions": [first, better, worse], "champion": None}})
    for version, passes, champion in [(1, True, 1), (2, True, 2), (3, False, 2)]:
        said = expect.flag(promote(place.uri, "power", version))
        assert said is passes, f"promote of version {version} gave {said}; {passes} was wanted"
        found = place.aliases()
        assert found == {("power", "champion"): champion}, (
            f"after version {version} the aliases are {found}; champion at version {champion} was wanted"
        )
