import sys, time, types, importlib.util, os
sys.path.insert(0,"graders")
from pathlib import Path
import numpy as np, tomllib, inspect
from tenfold.datasets import module
from tenfold.grading.fixtures import oracle as orc
import glob
ROOT=Path(".").resolve(); G=ROOT/"graders/05_mlops/drift"; S=ROOT/"solutions/05_mlops/drift"
src=(S/"drift.py").read_text()
mk={"drift":module(ROOT/"datasets/drift/make.py")}
fl={"flights":module(ROOT/"datasets/flights/make.py")}
seed=int(os.environ.get("SEED","1"))
def hidden(name,draw=0,**o): return {**mk,**fl}[name].draw(np.random.default_rng([seed,draw,len(name)]),**o)
def public(name,**o): return mk[name].draw(np.random.default_rng(0),**o)
class Full(Exception): pass
def load(text):
    m=types.ModuleType("drift"); exec(compile(text,"drift.py","exec"),m.__dict__); sys.modules["drift"]=m; return m
load(src)
def mod(p,n):
    s=importlib.util.spec_from_file_location(n,p); m=importlib.util.module_from_spec(s); s.loader.exec_module(m); return m
test=mod(G/"test_hidden.py","th"); vis=mod(ROOT/"exercises/05_mlops/drift/test_drift.py","tv")
class Sub:
    def write(self,*a): pass
    def call(self,module_,f,*a): return getattr(mod(G/"driver.py","driver"),f)(*a)
checks=[(n,f) for n,f in [*vars(vis).items(),*vars(test).items()] if n.startswith("test_")]
needs={n:[a for mark in getattr(f,"pytestmark",[]) if mark.name=="needs" for a in mark.args] for n,f in checks}
def run(f):
    got=[]
    def credit(v,floor,full,name="",unit=""):
        share=(v-floor)/(full-floor); got.append((name,round(float(v),3),min(1,share)))
        if share<=0: raise AssertionError(f"{name} {v}")
    fx=dict(oracle=orc.compare,hidden=hidden,public=public,credit=credit,rng=np.random.default_rng([seed,7]),submission=Sub(),replay=lambda *a,**k:None,figure=lambda *a,**k:None)
    try: f(**{k:fx[k] for k in inspect.signature(f).parameters}); return "ok",[g for g in got if g[2]<1] 
    except Exception as e: return "FAIL",f"{type(e).__name__}: {str(e)[:150]}"
def install(m):
    for t in (test,vis): t.DriftMonitor,t.psi=m.DriftMonitor,m.psi
if __name__=="__main__":
    if sys.argv[1]=="0:29":
        import subprocess
        print("GRADE", time.strftime("%T"), flush=True)
        with open("T/drift/grade_sol.txt","w") as out:
            subprocess.run([sys.executable,"-m","tenfold.cli","grade","mlops-drift","--submission","T/drift/sol","--debug","--json","T/drift/after.json"],stdout=out,stderr=subprocess.STDOUT,timeout=400)
        print("GRADED", time.strftime("%T"), flush=True)
    M=tomllib.load(open(S/"mutants.toml","rb"))["mutant"]
    import tenfold.exercise.misconceptions as mc
    kinds=mc.misconceptions()
    a,b=map(int,sys.argv[1].split(":")); skip=sys.argv[2:]
    T=time.process_time()
    for x in M[a:b]:
        if x["misconception"] not in kinds: print("KIND",x["name"],x["misconception"])
        if "file" in x: text=(S/x["file"]).read_text()
        else:
            if src.count(x["replace"])!=1: print("COUNT",x["name"],src.count(x["replace"])); continue
            text=src.replace(x["replace"],x["with"])
        t=time.process_time(); install(load(text)); failed={}; first=None; hid=None
        for n,f in checks:
            if any(k in failed for k in needs[n]): failed[n]="not tried"; continue
            r,d=run(f)
            if r=="FAIL": failed[n]=d; first=first or n; 
            if n==x["caught_by"] or (r=="FAIL" and n.startswith("test_") and f.__module__=="th"): break
        visf=[n for n in failed if n in vars(vis)]
        hidf=[n for n in failed if n not in vars(vis)]
        good=failed.get(x["caught_by"],"") not in ("","not tried") and (visf or hidf[:1]==[x["caught_by"]])
        print("  " if good else "XX",x["name"],"->",x["caught_by"] if good else {k:v for k,v in failed.items()}, "" if not visf else "(visible)", failed.get(x["caught_by"],"")[:110] if good else "", round(time.process_time()-t,1),flush=True)
