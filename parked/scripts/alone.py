"""alone.py EX SEED [NAME…]: try each mutant's check alone on one seed; tell those that keep points."""
import sys, tomllib, pathlib, tempfile, shutil
from concurrent.futures import ThreadPoolExecutor
import subprocess
if sys.argv[1] == '--one':
    from tenfold.exercise import catalog, seeds
    from tenfold.grading.grade import Request, grade
    ex = catalog.find(pathlib.Path('.').resolve(), sys.argv[2])
    for item in sys.argv[4:]:
        folder, check, name = item.split('|')
        r = grade(Request(ex, pathlib.Path(folder), seeds.numbered(int(sys.argv[3])), only=frozenset([check])))
        c = [c for c in r.checks if c.id == check]
        ok = c and c[0].status == 'failed' and not c[0].earned
        if not ok: print('✗', name, check, r.message[:100], [(x.status, x.earned, x.feedback[:150]) for x in c], flush=True)
    sys.exit()
ex, seed, names = sys.argv[1], sys.argv[2], sys.argv[3:]
sol = next(p for p in pathlib.Path('solutions').glob(f'*/{ex.split("-",1)[1]}'))
file = tomllib.loads(next(pathlib.Path('exercises').glob(f'*/{ex.split("-",1)[1]}/exercise.toml')).read_text())['files'][0]
src, tmp, items = (sol / file).read_text(), pathlib.Path(tempfile.mkdtemp()), []
for m in tomllib.loads((sol / 'mutants.toml').read_text())['mutant']:
    if names and m['name'] not in names: continue
    d = tmp / m['name']; d.mkdir()
    if 'file' in m: (d / file).write_text((sol / m['file']).read_text())
    elif src.count(m['replace']) != 1: print('✗ replace', m['name'], src.count(m['replace'])); continue
    else: (d / file).write_text(src.replace(m['replace'], m['with']))
    try: compile((d / file).read_text(), m['name'], 'exec')
    except SyntaxError as e: print('✗ syntax', m['name'], e); continue
    items.append(f'{d}|{m["caught_by"]}|{m["name"]}')
print(len(items), 'mutants', flush=True)
def part(some):
    p = subprocess.run([sys.executable, __file__, '--one', ex, seed, *some], capture_output=True, text=True)
    print(p.stdout + p.stderr[-800:], end='', flush=True)
N = 2
with ThreadPoolExecutor(N) as pool: list(pool.map(part, [items[i:i + 6] for i in range(0, len(items), 6)]))
print('END')
