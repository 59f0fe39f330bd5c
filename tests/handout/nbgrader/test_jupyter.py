"""The notebooks where people meet them: a student in JupyterLab, an instructor in nbgrader's formgrader."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

pytest.importorskip("nbgrader")
pytest.importorskip("playwright")

from playwright.sync_api import expect, sync_playwright
from tests.conftest import ACTIVE, COURSE, NBGRADER, PATIENCE

from tenfold.exercise import catalog
from tenfold.handout.nbgrader import config, export

MEAN = (COURSE / "solutions" / "01_toy" / "mean" / "mean.py").read_text()
BROWSER = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-dev-shm-usage"]
WAIT = 1000 * PATIENCE  # ms

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium here"),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Make a course with one assignment, which one student has handed in without an answer."""
    folder = tmp_path_factory.mktemp("course")
    config.install(COURSE, folder)
    export.export(catalog.find(COURSE, "toy-mean"), folder)
    subprocess.run([*NBGRADER, "generate_assignment", "toy-mean"], cwd=folder, env=ACTIVE, check=True)
    shutil.copytree(folder / "release" / "toy-mean", folder / "submitted" / "ada" / "toy-mean")
    return folder


@pytest.fixture(scope="module")
def url(folder, tmp_path_factory):
    """Start a Jupyter server in the course and give its address: it takes another port where that one is taken."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    environment = {**ACTIVE, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime")}
    words = ["lab", "--no-browser", "--allow-root", f"--port={port}"]
    words += ["--IdentityProvider.token=", "--LabApp.news_url=None"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", *words], cwd=folder, env=environment, stdout=log, stderr=log
        )
    deadline = time.monotonic() + PATIENCE
    try:
        while (address := answering(home / "runtime")) is None:
            assert process.poll() is None, (home / "log").read_text()
            assert time.monotonic() < deadline, (home / "log").read_text()
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def answering(runtime):
    """Return the address that a server has noted in a folder, once it answers there."""
    try:
        (noted,) = runtime.glob("jpserver-*.json")
        address = f"http://127.0.0.1:{json.loads(noted.read_text())['port']}"
        urllib.request.urlopen(f"{address}/api", timeout=PATIENCE).close()
    except (OSError, ValueError):
        return None
    return address


@pytest.fixture
def page():
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=BROWSER, args=QUIET)
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        page.set_default_timeout(WAIT)
        yield page
        browser.close()


def run_all(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def test_a_student_solves_the_exercise_in_jupyterlab(page, url):
    page.goto(f"{url}/lab/tree/release/toy-mean/toy-mean.ipynb")
    expect(page.get_by_role("heading", name="A mean that survives")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("| Idle")).to_be_visible(timeout=WAIT)
    run_all(page)
    outputs = page.locator(".jp-OutputArea-output")
    expect(outputs.filter(has_text="✗ not yet")).to_have_count(1, timeout=WAIT)  # Jupyter ends at the first failure
    expect(outputs.filter(has_text="Sum values times weights")).to_have_count(1)

    work = page.locator(".jp-CodeCell", has_text="# file: mean.py").locator(".cm-content")
    work.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f"# file: mean.py\n{MEAN}")
    run_all(page)
    expect(outputs.filter(has_text="✓ passed")).to_have_count(3, timeout=WAIT)
    expect(outputs.filter(has_text="✗")).to_have_count(0)


def test_an_instructor_grades_in_the_formgrader(page, url):
    page.goto(f"{url}/formgrader/manage_submissions/toy-mean")
    row = page.locator("tbody tr", has_text="ada")
    expect(row).to_contain_text("needs autograding", timeout=WAIT)
    row.locator(".autograde a").click()
    expect(page.locator(".modal-body")).to_contain_text("Successfully", timeout=WAIT)
    page.goto(f"{url}/formgrader/manage_submissions/toy-mean")
    expect(row).to_contain_text(re.compile(r"graded\s*0 / 9"), timeout=WAIT)
    page.goto(f"{url}/formgrader/gradebook/toy-mean/toy-mean")
    page.get_by_role("link", name="Submission #1").click()
    expect(page.get_by_text("NOT YET 0 of 9 points")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("Sum values times weights").first).to_be_visible()
