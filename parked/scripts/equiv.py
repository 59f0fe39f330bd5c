"""equiv.py PROOF OUT reason… : write equivalent.toml for proof.edits.alive, reasons in order ('-' leaves it alive)."""
import json,sys,pathlib
alive=json.load(open(sys.argv[1]))['edits']['alive']; out=pathlib.Path(sys.argv[2]); rs=sys.argv[3:]
if not rs:
    for i,a in enumerate(alive): print(i,a)
    sys.exit()
assert len(rs)==len(alive),(len(rs),len(alive))
s=out.read_text().rstrip()+'\n\n' if out.exists() else ''
s+='\n'.join(f"[[equivalent]]\nedit = '''{a}'''\nreason = \"{r}\"\n" for a,r in zip(alive,rs) if r!='-')
out.write_text(s)
