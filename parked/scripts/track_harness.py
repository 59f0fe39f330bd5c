import functools,builtins
print=functools.partial(builtins.print,flush=True)
import os,sys,time,tempfile,tomllib,inspect,importlib,logging,warnings,traceback,runpy,subprocess,signal
from types import SimpleNamespace
from pathlib import Path
R=Path('W/r-track'); sys.path.insert(0,str(R/'graders'))
os.environ['MLFLOW_DISABLE_TELEMETRY']='true'
import numpy as np, pandas as pd, pytest
import mlflow.data, mlflow.pyfunc, mlflow.sklearn, mlflow.store.tracking.sqlalchemy_store, mlflow.store.model_registry.sqlalchemy_store
from mlflow import MlflowClient
import sklearn.pipeline, sklearn.linear_model, sklearn.preprocessing
from tenfold import expect
from tenfold.datasets import module
from tenfold.grading.fixtures.oracle import compare
logging.disable(logging.CRITICAL); warnings.simplefilter('ignore')
SOL=(R/'solutions/05_mlops/track/track.py').read_text(); ALT=(R/'solutions/05_mlops/track/alternative.py').read_text()
MUT=tomllib.loads((R/'solutions/05_mlops/track/mutants.toml').read_text())['mutant']
made=module(R/'datasets/track/make.py'); sqlite=module(R/'graders/tenfold/box/artefacts/sqlite_file.py')
# warm
rng=np.random.default_rng(0); DR={}
def hidden(name,draw=0,**o):
    k=(draw,str(o))
    if k not in DR: DR[k]=made.draw(np.random.default_rng(100+draw+SEED),**o)
    import copy; return copy.deepcopy(DR[k])
SEED=int(os.environ.get('SEED','0'))
for d,o in ((1,{'apart':False}),(2,{'apart':False}),(3,{'apart':False}),(4,{})): hidden('track',d,**o)
PUB=made.draw(np.random.default_rng(5))
def public(name,**o): return made.draw(None,**o) if o else __import__('copy').deepcopy(PUB)
class Sub:
    def read(s,p,m=0): return Path(p).read_bytes()
    def write(s,p,d): Path(p).write_bytes(d)
    def run(s,argv,seconds=None):
        if argv[-1]=='loads.py':
            pid=os.fork()
            if pid==0:
                try: runpy.run_path('loads.py'); os._exit(0)
                except BaseException: os._exit(1)
            return SimpleNamespace(code=os.waitstatus_to_exitcode(os.waitpid(pid,0)[1]))
        r=subprocess.run(argv,capture_output=True); return SimpleNamespace(code=r.returncode)
    def call(s,m,f,*a): return getattr(importlib.import_module(m),f)(*a)
def tests():
    hid=runpy.run_path(str(R/'graders/05_mlops/track/test_hidden.py')); vis=runpy.run_path(str(R/'exercises/05_mlops/track/test_track.py'))
    return {**{k:(f,hid) for k,f in hid.items() if k.startswith('test_')},**{k:(f,vis) for k,f in vis.items() if k.startswith('test_')}}
def run(T,name):
    f,ns=T[name]
    place=ns['places'].Place(name+'.db',Sub(),lambda k:sqlite,public)
    fx=dict(place=place,oracle=compare,hidden=hidden,public=public,submission=Sub(),artefact=lambda k:sqlite,rng=np.random.default_rng(SEED+7),untouched=lambda *a:None,replay=lambda *a:None)
    try:
        f(**{p:fx[p] for p in inspect.signature(f).parameters}); return 'ok'
    except BaseException as e:
        return f'{type(e).__name__}: {str(e).splitlines()[0][:150] if str(e) else ""}'
def needs(T,n):
    out=[]
    for m in getattr(T[n][0],'pytestmark',[]):
        if m.name=='needs':
            for a in m.args: out+=needs(T,a)+[a]
    return list(dict.fromkeys(out))
def child(text,names):
    r,w=os.pipe(); pid=os.fork()
    if pid==0:
        os.close(r); os.chdir(tempfile.mkdtemp(dir='T/tr')); Path('track.py').write_text(text); sys.path.insert(0,os.getcwd())
        dn=os.open(os.devnull,os.O_WRONLY); os.dup2(dn,1); os.dup2(dn,2)
        res=[]
        try:
            T=tests()
            allnames=[]
            for n in names(T): allnames.append(n)
            for n in allnames:
                # a fresh process for each check, as in a grade
                r2,w2=os.pipe(); p2=os.fork()
                if p2==0:
                    os.close(r2); t=time.process_time(); o=run(T,n); os.write(w2,f'{n}\t{o}\t{time.process_time()-t:.2f}'.encode()); os._exit(0)
                os.close(w2); res.append(os.fdopen(r2).read()); os.waitpid(p2,0)
        except BaseException as e: res=[f'HARNESS\t{traceback.format_exc()[-300:]}\t0']
        os.write(w,'\n'.join(res).encode()); os._exit(0)
    os.close(w); out=os.fdopen(r).read(); os.waitpid(pid,0)
    return [l.split('\t') for l in out.split('\n')]
if __name__=='__main__':
    which=sys.argv[1:]
    for w in which:
        if w in('sol','alt'):
            print(w); 
            for l in child(SOL if w=='sol' else ALT,lambda T:[n for n in T]): print('  ',l)
    lo,hi=(int(x) for x in os.environ.get('RANGE','0,0').split(','))
    quick=os.environ.get('QUICK')
    for m in MUT[lo:hi]:
        t=SOL.replace(m['replace'],m['with'])
        res=child(t,lambda T:[n for n in needs(T,m['caught_by']) if 'gate' in n or 'fingerprint' in n or n=='test_each_setting_is_a_finished_run']+[m['caught_by']])
        bad=[x for x in res[:-1] if x[1]!='ok']; last=res[-1]
        good=not bad and last[1]!='ok' and 'Error' in last[1] or (not bad and last[1]!='ok')
        print('.' if good else 'XX',m['name'],last[1][:110],bad)
