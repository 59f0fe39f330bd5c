"""blind.py EX FOLDER: grade every submission of a folder on one seed; run from the tree."""
import sys, pathlib
from tenfold.exercise import catalog, seeds
from tenfold.grading.grade import Request, grade
ex = catalog.find(pathlib.Path('.').resolve(), sys.argv[1])
for d in sorted(pathlib.Path(sys.argv[2]).iterdir()):
    if d.is_dir():
        r = grade(Request(ex, d, seeds.numbered(7)))
        lost = [c.id for c in r.checks if c.status not in ('passed',)]
        first = next((c for c in r.checks if c.status in ('failed','partial','could_not_grade')), None)
        print(d.name, r.status, f'{r.score:g}/{ex.points}', r.message[:100], first.id if first else '', (first.feedback.splitlines() or [''])[0][:140] if first else '', len(lost), flush=True)
