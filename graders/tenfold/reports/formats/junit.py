"""JUnit XML: valid for Jenkins (its schema junit-10), with all that Ant's schema asks for in its order.

A test suite is an exercise, a test case a check. A check that could not be graded is an ``error``, never a
``failure``; one that was not tried is ``skipped``. JUnit knows no partial credit: less than everything is a failure,
its message says how much. The score, where there is one, is a property of the suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from ...result import CheckResult, Result
from .plain import begun, credit, entries, plain, told, verdict_of

OUTCOMES = {"partial": "failure", "failed": "failure", "could_not_grade": "error", "not_tried": "skipped"}


def render(results: Sequence[Result]) -> str:
    """Return results as JUnit XML."""
    root = ET.Element("testsuites")
    for place, result in enumerate(plain(results)):
        root.append(_suite(result, place))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(result: Result, place: int) -> ET.Element:
    checks = entries(result)
    outcomes = [OUTCOMES.get(check.status) for check in checks]
    suite = ET.Element(
        "testsuite",
        name=result.exercise,
        package="tenfold",
        id=str(place),
        timestamp=begun(result).strftime("%Y-%m-%dT%H:%M:%S"),
        hostname="localhost",  # the schema's word for a host that is not told
        tests=str(len(checks)),
        failures=str(outcomes.count("failure")),
        errors=str(outcomes.count("error")),
        skipped=str(outcomes.count("skipped")),
        time=f"{result.seconds:.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(result).items():
        ET.SubElement(properties, "property", name=name, value=value)
    for check in checks:
        suite.append(_case(result, check))
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")
    return suite


def _properties(result: Result) -> dict[str, str]:
    score = {} if result.status == "could_not_grade" else {"score": f"{result.score:g}"}
    return {
        "status": result.status,
        "verdict": verdict_of(result),
        **score,
        "points": f"{result.points:g}",
        "pass": f"{result.pass_:g}",
        "version": str(result.version),
        "seed": result.seed_label,
    }


def _case(result: Result, check: CheckResult) -> ET.Element:
    name, time = f"{check.id}: {check.title}", f"{check.seconds:.3f}"
    case = ET.Element("testcase", name=name, classname=result.exercise, time=time)
    if check.status in OUTCOMES:
        outcome = ET.SubElement(case, OUTCOMES[check.status], type=check.status, message=credit(check))
        outcome.text = told(check)
    return case
