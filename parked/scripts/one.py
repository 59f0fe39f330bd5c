"""one.py EX MUTANT CHECK [SEED]: that check of a mutant, its report, on the practice seed or another."""
import sys, pathlib, tempfile
from tenfold.exercise import catalog, seeds
from tenfold.exercise.mutants import mutate
from tenfold.grading.grade import Request, grade
if __name__ == '__main__':
    ex = catalog.find(pathlib.Path('.').resolve(), sys.argv[1])
    m = next((m for m in ex.mutants if m['name'] == sys.argv[2]), None)
    d = pathlib.Path(tempfile.mkdtemp())
    files = mutate(ex, m) if m else {f: (ex.solution / f).read_bytes() for f in ex.files}
    for f, c in files.items(): (d / f).parent.mkdir(parents=True, exist_ok=True); (d / f).write_bytes(c)
    only = frozenset(sys.argv[3].split(',')) if sys.argv[3] != '-' else None
    r = grade(Request(ex, d, seeds.numbered(int(sys.argv[4])) if len(sys.argv) > 4 else seeds.practice(), only=only))
    print(r.status, r.score, r.message)
    for c in r.checks:
        if c.status != 'passed' or only: print(c.id, c.status, c.earned, f'{c.seconds or 0:.1f}s', c.feedback[:1500])
    print(r.detail[-3000:])
