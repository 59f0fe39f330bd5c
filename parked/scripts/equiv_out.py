"""equiv_out.py MUTATE_OUT OUT [reasons]: as equiv.py, from what mutate printed."""
import re,sys,pathlib
t=pathlib.Path(sys.argv[1]).read_text().split('\n'); alive=[]
for l in t:
    if l.startswith('  ✗ keeps every point: '): alive.append(l[len('  ✗ keeps every point: '):].rstrip())
    elif alive and not l.startswith('  ') and l.strip(): alive[-1]+=' '+l.strip()
    elif l.startswith('  '): pass
rs=sys.argv[3:]
if not rs:
    for i,a in enumerate(alive): print(i,a)
    sys.exit()
assert len(rs)==len(alive),(len(rs),len(alive))
out=pathlib.Path(sys.argv[2]); s=out.read_text().rstrip()+'\n\n' if out.exists() else ''
s+='\n'.join(f"[[equivalent]]\nedit = '''{a}'''\nreason = \"{r}\"\n" for a,r in zip(alive,rs) if r!='-')
out.write_text(s)
