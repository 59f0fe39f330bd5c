import sys, pathlib, subprocess, tempfile, importlib.util, os, numpy as np
root=pathlib.Path('W/r-tests'); sys.path.insert(0,str(root/'graders'))
from tenfold.datasets import module
v=module(root/'graders/03_swe/tests/variants.py'); rng=np.random.default_rng(1)
suites={n:(root/f'solutions/03_swe/tests/{n}.py').read_text() for n in ('suite','alternative')}
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]="1"
import pytest
def run(suite, source):
    with tempfile.TemporaryDirectory() as d:
        d=pathlib.Path(d); (d/'suite.py').write_text(suite); (d/'feature_window.py').write_text(source); (d/'pytest.ini').write_text('[pytest]\n')
        pid=os.fork()
        if not pid:
            os.chdir(d); sys.dont_write_bytecode=True
            n=os.open(os.devnull,os.O_WRONLY)
            o=os.open('T/st/last',os.O_WRONLY|os.O_CREAT|os.O_TRUNC); os.dup2(o,1); os.dup2(o,2)
            sys.path.insert(0,str(d))
            r=pytest.main(["suite.py","-q","-x","-p","no:cacheprovider"]); sys.stdout.flush(); os._exit(int(r))
        return os.waitstatus_to_exitcode(os.waitpid(pid,0)[1])
for name,s in suites.items():
    for b,src in zip(v.BASES,v.correct(rng)):
        if c:=run(s,src): print(name,'RED on',b,c, open('T/st/last').read()[-600:])
    for g,bugs in v.GROUPS.items():
        for bn,bug in bugs.items():
            c=run(s,v.disguised(v.with_bug(*bug),rng))
            if c not in (1,): print(name,g,bn,'code',c)
print(sum(map(len,v.GROUPS.values())), {g:len(b) for g,b in v.GROUPS.items()})
