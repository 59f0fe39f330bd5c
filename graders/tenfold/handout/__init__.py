"""Those who hand exercises out: courses of nbgrader's, pull requests, releases.

Each has a package of its own. Uses every room below, `learner` for the starters.
"""

__all__ = ["nbgrader", "pulls", "release"]
