"""Cross-validation without leaks. Work from top to bottom; the statement is in README.md."""


def make_folds(y, k, groups=None, time=None, horizon=0, seed=0):
    """Return a list of k pairs (train, test) of row numbers, each a 1-D int array.

    y is an int array (n,) of 0 and 1; groups an array (n,) or None; time an int array (n,) of days or None.
    """
    raise NotImplementedError("plain rows first: classes spread evenly; then whole groups; then blocks of days")


def fit_predict(X, y, train, test, params):
    """Fit the pipeline on the training rows alone; return P(y = 1) of the test rows, floats (len(test),)."""
    raise NotImplementedError("build the pipeline of the statement, fit it on X[train], predict X[test]")


def estimate(run, y, grid, k=5, inner=3, groups=None, time=None, horizon=0, seed=0):
    """Return {"auc": the AUC to expect on fresh rows, "params": the setting to fit with on all rows}.

    run(train, test, params) fits a model on the training rows and returns a score for each test row.
    """
    raise NotImplementedError("one fold first: choose a setting with folds of its training rows, then test it once")
