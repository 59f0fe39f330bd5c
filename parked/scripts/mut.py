"""mut.py EX OUT FILE NAME…: write mutants (or alternatives by name) as submissions of a folder."""
import sys, tomllib, pathlib, shutil
ex, out, file, names = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4:]
sol = next(p for p in pathlib.Path('solutions').glob(f'*/{ex.split("-",1)[1]}'))
shutil.rmtree(out, ignore_errors=True)
ms = {m['name']: m for m in tomllib.loads((sol / 'mutants.toml').read_text())['mutant']}
src = (sol / file).read_text()
for n in names:
    d = out / n; d.mkdir(parents=True)
    if n.startswith('alternative'): (d / file).write_text((sol / f'{n}.py').read_text()); continue
    m = ms[n]
    if 'file' in m: (d / file).write_text((sol / m['file']).read_text()); continue
    assert src.count(m['replace']) == 1, (n, src.count(m['replace']))
    (d / file).write_text(src.replace(m['replace'], m['with']))
