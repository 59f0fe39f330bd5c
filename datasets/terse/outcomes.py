"""Run the tests of copies of the library: python outcomes.py FOLDER… writes FOLDER.json for each of them.

What is written are values: each test's name, and what became of it. They are judged elsewhere.
"""

import json
import os
import sys
from pathlib import Path

os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
import pytest

PLAIN = ["-p", "no:terminal", "-p", "no:cacheprovider", "--assert=plain"]
OPTIONS = [*PLAIN, "--continue-on-collection-errors", "--rootdir", ".", "-c", "pyproject.toml", "tests"]


class Outcomes:
    """What became of each test function: one word for each time that it was to run."""

    def __init__(self):
        self.found = {}

    def pytest_configure(self, config):
        """Let no time be spent on how a failure would be shown."""
        config.option.tbstyle = "native"

    def pytest_runtest_logreport(self, report):
        """Note how a test went, or why it did not run."""
        if report.when == "call" or report.outcome != "passed":
            word = "expected to fail" if hasattr(report, "wasxfail") else report.outcome
            self.found.setdefault(report.nodeid.partition("[")[0], []).append(word)

    def pytest_collectreport(self, report):
        """Note a file that cannot be loaded."""
        if report.failed:
            self.found[report.nodeid] = ["broken"]


def main(*folders):
    """Run the tests of each folder in a process of its own, as `python -m pytest` does there."""
    for folder in map(Path, folders):
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            continue
        try:
            written, found = folder.with_suffix(".json").resolve(), Outcomes()
            os.chdir(folder)
            sys.path[0] = str(Path.cwd())
            pytest.main(OPTIONS, plugins=[found])
            written.write_text(json.dumps(found.found))
        finally:
            os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
