"""Studies for `estimate`, by kind: rows, what they depend on, and settings whose scores are known beforehand."""

from dataclasses import dataclass, field, replace

import numpy as np

DEFAULTS = {"k": 5, "inner": 3, "groups": None, "time": None, "horizon": 0, "seed": 0}


@dataclass(frozen=True)
class Study:
    """What `estimate` is given, and the score of each setting for each row."""

    y: np.ndarray
    grid: list
    scores: np.ndarray  # (settings, n), from 2 to 30
    options: dict = field(default_factory=dict)
    """The arguments after the grid, in their order."""

    def __getattr__(self, name):
        if name in DEFAULTS:
            return self.options.get(name, DEFAULTS[name])
        raise AttributeError(name)

    @property
    def settings(self):
        """The places of the settings, the first of equal ones."""
        return {self.grid.index(params) for params in self.grid}

    def score(self, train, test, i):
        """Return a score for each test row, on a scale that each model has for itself."""
        return self.scores[i, test] * 2.0 ** ((i + 1) * int(train.sum()) % 7)

    def arguments(self, run):
        """Return the arguments of `estimate`."""
        return run, self.y, self.grid, *self.options.values()

    def whole(self):
        """Return all that there is, for the driver."""
        return [self.y, self.grid, self.scores, *self.options.values()]

    def folding(self, rows=None):
        """Return the arguments of `make_folds`, for the outer folds or for the inner ones of some rows."""
        rows, k = (np.arange(len(self.y)), self.k) if rows is None else (rows, self.inner)
        groups, time = (None if of is None else of[rows] for of in (self.groups, self.time))
        return self.y[rows], k, groups, time, self.horizon, self.seed


def _rest(**options):
    return {"groups": None, "time": None, "horizon": 0, "seed": 0, **options}


def named(rng, number):
    """Return a grid whose settings say nothing of how good they are."""
    return [{"columns": int(c), "C": float(c % 7 + 1)} for c in rng.permutation(np.arange(1, 1 + number))]


def study(rng, y, good=(0.3, 0.6, 0.5), grid=None, **options):
    """Return a study with settings so good, the larger the better; the scores tell nothing else of them."""
    scores = np.array(good)[:, None] * y + rng.normal(size=(len(good), len(y)))
    return Study(y, named(rng, len(good)) if grid is None else grid, 16 + scores.clip(-13, 13), options)


def coins(rng, n, share=0.5):
    """Return about this share of ones among n rows, in no order."""
    return rng.permutation((np.arange(n) < round(share * n)).astype(np.int64))


def people(rng, count=120, positive=50, text=False):
    """Return y and groups of unequal size, all of whose rows are of one class, in no order."""
    groups = np.repeat(np.arange(count), rng.integers(2, 5, size=count))
    mixed = rng.permutation(len(groups))
    numbers = rng.permutation(10 * count)[:count] - 5 * count
    groups, y = numbers[groups][mixed], (groups < positive).astype(np.int64)[mixed]
    return y, groups.astype(str) if text else groups


def busy(rng, n):
    """Return n rows of days in no order; some days hold several, some none."""
    return rng.permutation(np.cumsum(rng.choice([0, 1, 2], size=n)))


def seeded(rng):
    """Return a seed."""
    return int(rng.integers(2**32))


def early(rng):
    """Return y and days, with positives in the first block on three days alone: inner folds of it lack a class."""
    time = rng.permutation(240)
    return np.where(time > 59, coins(rng, 240), (time < 6) & (time % 2 == 0)).astype(np.int64), time


def one_setting(rng):
    """Return studies with nothing to choose."""

    def of(y, **options):
        return study(rng, y, (0.8,), **options)

    time = rng.permutation(np.cumsum(rng.choice([1, 2], size=180)))
    block = np.argsort(np.argsort(time)) // 30  # of six
    one_class = [np.where(block == 3, label, coins(rng, 180)) for label in (0, 1)]
    at_first = [np.where(block == 0, label, coins(rng, 180)) for label in (0, 1)]
    y, groups = people(rng)
    tied, equal = of(coins(rng, 153)), of(coins(rng, 60))
    return {
        "folds of unequal size": [of(coins(rng, n, 0.4), k=k, inner=2) for n, k in ((153, 5), (97, 7), (43, 10))],
        "scores that tie": [
            replace(tied, scores=np.round(tied.scores)),
            replace(equal, scores=np.full_like(equal.scores, 2.0)),
        ],
        "no option given": [of(coins(rng, 60)) for _ in range(2)],
        "folds without positives": [of(coins(rng, 80, p / 80), k=6, inner=2) for p in (2, 3, 5)],
        "groups": [of(y, k=k, inner=3, groups=groups, time=None, horizon=0, seed=seeded(rng)) for k in (2, 5)],
        "days": [
            of(coins(rng, 90), k=k, inner=3, groups=None, time=busy(rng, 90), horizon=h) for k, h in ((3, 0), (5, 4))
        ],
        "test days of one class": [of(y, k=5, inner=3, groups=None, time=time) for y in one_class],
        "training days of one class": [of(y, k=5, inner=3, groups=None, time=time, horizon=3) for y in at_first],
        "a long horizon": [of(coins(rng, 180), k=5, inner=3, groups=None, time=time, horizon=h) for h in (60, 120)],
    }


def good_somewhere(rng, folds, y, seed, k):
    """Return a study with one setting that is good everywhere, and others that are good in one outer fold alone."""
    part = np.empty(len(y), dtype=np.int64)
    for i, (_, test) in enumerate(folds):
        part[test] = i
    scores = [np.where(part == i, y, 1 - y) + 1e-3 * rng.normal(size=len(y)) for i in range(k)]
    place = int(rng.integers(k + 1))
    scores.insert(place, 1.2 * y + rng.normal(size=len(y)))
    return Study(y, named(rng, k + 1), 16 + np.array(scores), {"k": k, "inner": 3, **_rest(seed=seed)}), place


def nested(rng):
    """Return studies by what their rows depend on, with something to choose."""
    found = {"plain rows": [], "a rare class": [], "groups": [], "days": [], "busy days and a horizon": []}
    for k, inner in ((2, 3), (3, 3), (5, 2)):
        options = {"k": k, "inner": inner, **_rest(seed=seeded(rng))}
        found["plain rows"].append(study(rng, coins(rng, 97), **options))
        found["a rare class"].append(study(rng, coins(rng, 150, 0.1), (0.9, 0.4), **options))
        y, groups = people(rng, text=k == 3)
        found["groups"].append(study(rng, y, (0.4, 0.9), **{**options, "groups": groups}))
        days = {**options, "time": rng.permutation(130) - 50, "horizon": k}
        found["days"].append(study(rng, coins(rng, 130), (0.4, 0.9), **days))
        found["busy days and a horizon"].append(study(rng, coins(rng, 130), **{**days, "time": busy(rng, 130)}))
    y, time = early(rng)
    lacking = {"k": 3, "inner": 4, **_rest(time=time, horizon=1)}
    return {
        **found,
        "inner folds that lack a class": [study(rng, y, **lacking), study(rng, coins(rng, 60, 0.06), k=4, inner=3)],
        "no option given": [study(rng, coins(rng, 61))],
        "3,000 rows": [study(rng, coins(rng, 3000, 0.3), (0.1, 0.2), k=3, inner=2)],
    }


def chosen(rng):
    """Return studies in which the choice is what counts."""

    def of(y, good, k=3, inner=2, grid=None, **rest):
        return study(rng, y, good, grid, k=k, inner=inner, **_rest(seed=seeded(rng), **rest))

    equal = of(coins(rng, 60), (0.3, 0.6))
    near = [of(coins(rng, 80), (0.6,) * 5) for _ in range(3)]
    twice = [of(coins(rng, 80), (0.5,) * 3) for _ in range(3)]
    twice = [replace(s, grid=named(rng, 6), scores=np.tile(s.scores, (2, 1))[rng.permutation(6)]) for s in twice]
    odd = [{"layers": [3, 2], "name": None}, {"layers": [], "name": "ü"}, {"layers": [3, 2], "name": {"a": 1}}, {}]
    same = [{"C": 1.0}, {"C": 2.0}, {"C": 1.0}, {"C": 3.0}]
    repeated = of(coins(rng, 80), (0.4, 0.5, 0.4, 0.3), grid=same)
    scores = repeated.scores.copy()
    scores[2] = scores[0]
    persons, groups = people(rng)
    first_days = [early(rng) for _ in range(2)]
    worst_first = [of(y, (0.0, 2.0, 2.0), k=3, inner=4, time=time, horizon=1) for y, time in first_days]
    rare = [of(coins(rng, 80, p / 80), (0.0, 2.0, 1.0), 5, 3) for p in (2, 3, 4, 7)]
    day, tosses = rng.permutation(150), coins(rng, 150)
    uneven = of(tosses, (0.0, 3.0), k=2, inner=4, time=day)  # the first one ranks days 60 to 89 the wrong way round
    turned = 16 + np.where((day >= 60) & (day < 90), 1 - tosses, tosses)
    bursts = [(np.arange(160) // 13 + turn) % 2 for turn in (0, 1)]
    moved = [rng.permutation(160) for _ in bursts]
    return {
        "settings that are nearly as good": near,
        "a setting that is the best in all inner folds but one": [
            replace(uneven, scores=np.array([turned, uneven.scores[1]]))
        ],
        "equally good settings": [*twice, replace(repeated, scores=scores)],
        "scores that all tie": [replace(equal, scores=np.full_like(equal.scores, 3.0))],
        "settings of lists, text and nothing": [of(coins(rng, 60), (0.2, 0.5, 0.9, 0.4), grid=odd)],
        "settings with names in another order": [
            of(coins(rng, 60), (0.2, 0.9), grid=[{"b": 1, "a": 2}, {"a": 1, "b": 2}])
        ],
        "twenty settings": [of(coins(rng, 60), rng.random(20), k=2, inner=2)],
        "inner folds of days that lack a class": worst_first
        + [of(b[m], (0.2, 0.6, 0.4), 4, 3, time=m, horizon=2) for b, m in zip(bursts, moved, strict=True)],
        "inner folds of plain rows that lack a class": rare,
        "groups": [of(persons, (0.3, 0.5, 0.4), groups=groups)],
        "3,000 rows": [of(coins(rng, 3000, 0.3), (0.02, 0.06))],
    }


class Drawn(Study):
    """A study of the data set, whose scores come of a model that is fitted here."""

    @classmethod
    def of(cls, drawn):
        """Return what `estimate` is given of a drawn study."""
        one = cls(drawn.y, drawn.grid, np.empty(0), {"k": 5, "inner": 3, **drawn.scheme})
        one.options.setdefault("seed", 0)
        one.__dict__.update(drawn=drawn, kept={})
        return one

    def score(self, train, test, i):
        """Return the model's scores; the same fit is made once."""
        fit = train.tobytes(), test.tobytes(), i
        if fit not in self.kept:
            self.kept[fit] = self.drawn.run(train, test, self.grid[i])
        return self.kept[fit]


def counted(rng):
    """Return studies in which no fold is left out."""

    def of(k, inner, settings):
        return study(rng, coins(rng, 120), rng.random(settings), k=k, inner=inner, **_rest(seed=seeded(rng)))

    return {
        "one setting": [of(4, 2, 1), of(2, 5, 1)],
        "two settings": [of(6, 2, 2), of(2, 5, 2)],
        "five settings": [of(3, 3, 5), of(4, 2, 5)],
    }


def pairs(rng):
    """Return studies in pairs of one form, whose arrays can take each other's place."""
    y, groups = people(rng)
    options = {"k": 3, "inner": 2, **_rest(seed=seeded(rng))}
    days = {**options, "time": rng.permutation(80), "horizon": 2}
    forms = [
        (coins(rng, 60), options, options),
        (y, {**options, "groups": groups}, {**options, "groups": np.roll(groups, len(y) // 2)}),
        (coins(rng, 80), days, {**days, "time": rng.permutation(80)}),
    ]
    return [(study(rng, y, **first), study(rng, rng.permutation(y), **second)) for y, first, second in forms]


def twins(rng):
    """Return studies one behind the other that differ in one argument alone, by what differs."""
    found = {}
    y, groups = people(rng)
    options = {"k": 2, "inner": 2, **_rest(seed=7)}
    plain = study(rng, coins(rng, 60), (0.3, 0.6), **options)
    grouped = study(rng, y, (0.3, 0.6), **{**options, "groups": groups})
    days = study(rng, coins(rng, 80), (0.3, 0.6), **{**options, "time": rng.permutation(80), "horizon": 2})
    changes = {
        "y": (plain, {"y": 1 - plain.y}),
        "run": (plain, {"scores": plain.scores[::-1]}),
        "the order of the grid": (plain, {"grid": plain.grid[::-1]}),
        "the grid": (plain, {"grid": named(rng, 9)[-2:]}),
        "k": (plain, {"options": {**options, "k": 3}}),
        "inner": (plain, {"options": {**options, "inner": 3}}),
        "seed": (plain, {"options": {**options, "seed": 8}}),
        "groups": (grouped, {"options": {**grouped.options, "groups": np.roll(groups, len(y) // 2)}}),
        "names of groups": (grouped, {"options": {**grouped.options, "groups": -groups}}),
        "time": (days, {"options": {**days.options, "time": days.time[::-1].copy()}}),
        "horizon": (days, {"options": {**days.options, "horizon": 9}}),
    }
    for what, (one, change) in changes.items():
        found[f"calls that differ in {what}"] = [one, replace(one, **change)]
    return found
