"""blind2.py EX FOLDER [NAMES…]: grade every submission of a folder, two at once; the wrong ones until a loss."""
import sys, pathlib
from concurrent.futures import ThreadPoolExecutor
import subprocess, json, os
if sys.argv[1] == '--one':
    from tenfold.exercise import catalog, seeds
    from tenfold.grading.grade import Request, grade
    ex = catalog.find(pathlib.Path('.').resolve(), sys.argv[2])
    d = pathlib.Path(sys.argv[3])
    until = None
    if d.name.startswith('wrong'):
        p = next(iter(sorted(pathlib.Path('solutions').glob(f'*/{sys.argv[2].split("-",1)[1]}/proof.json'))), None)
        import re
        ids = []
        for f in [*pathlib.Path('graders').glob(f'*/{sys.argv[2].split("-",1)[1]}/test_*.py')]:
            ids += re.findall(r'^def (test_\w+)', f.read_text(), re.M)
        until = tuple(ids)
    r = grade(Request(ex, d, seeds.numbered(int(os.environ.get('SEED', 7))), until_loss=until))
    first = next((c for c in r.checks if c.status in ('failed','partial','could_not_grade')), None)
    print(d.name, r.status, f'{r.score:g}/{ex.points}', f'{r.seconds:.0f}s', r.message[:160], first.id if first else '', ' | '.join((first.feedback or '').splitlines()[:2])[:200] if first else '', flush=True)
else:
    ex, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    todo = [d for d in sorted(folder.iterdir()) if d.is_dir() and (len(sys.argv) == 3 or d.name in sys.argv[3:])]
    def one(d):
        p = subprocess.run([sys.executable, __file__, '--one', ex, str(d)], capture_output=True, text=True)
        print(p.stdout.strip() or f'{d.name} BROKE {p.stderr[-600:]}', flush=True)
    with ThreadPoolExecutor(2) as pool: list(pool.map(one, todo))
    print('END', flush=True)
