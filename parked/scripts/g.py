"""g.py EX PATH [SEED|random] [CHECK,..]: grade a path, whole report of what failed."""
import sys, pathlib
from tenfold.exercise import catalog, seeds
from tenfold.grading.grade import Request, grade
if __name__ == '__main__':
    ex = catalog.find(pathlib.Path('.').resolve(), sys.argv[1])
    s = sys.argv[3] if len(sys.argv) > 3 else '0'
    seed = {} if s == 'random' else {'seed': seeds.numbered(int(s)) if s != '0' else seeds.practice()}
    kw = dict(seed); 
    only = frozenset(sys.argv[4].split(',')) if len(sys.argv) > 4 else None
    r = grade(Request(ex, pathlib.Path(sys.argv[2]), *kw.values(), only=only))
    print(r.status, r.score, r.message)
    for c in r.checks:
        if c.status != 'passed' or only: print(c.id, c.status, c.earned, f'{c.seconds or 0:.1f}s', c.feedback[:1500])
    print(r.detail[-3000:])
