"""usage: harness.py tf|cfn names...   (run from the clone)"""
import sys, tempfile, time, json, tomllib, inspect
from pathlib import Path
import numpy as np
sys.path.insert(0,'graders')
from tenfold.datasets import module
from tenfold.grading.submission_verbs import PlainWork
from tenfold.grading.fixtures.oracle import compare as oracle
root=Path.cwd(); S=root/'solutions/07_cloud/iac'
make=module(root/'datasets/iac/make.py')
seed=7
def hidden(name, draw=0, **o): return make.draw(np.random.default_rng([seed,draw]),**o)
hid=module(root/'graders/07_cloud/iac/test_hidden.py'); vis=module(root/'exercises/07_cloud/iac/test_iac.py')
raw=lambda f: getattr(f,'__wrapped__',None) or f._get_wrapped_function() if hasattr(f,'_get_wrapped_function') else getattr(f,'__wrapped__',f)
fx={n:raw(getattr(hid,n)) for n in ('applied','platforms','plans','refused','made')}
def give(name,sub,cache):
    if name in cache: return cache[name]
    if name=='hidden': v=hidden
    elif name=='submission': v=sub
    elif name=='oracle': v=oracle
    elif name=='rng': v=np.random.default_rng(seed)
    else: v=call(fx[name],sub,cache)
    cache[name]=v; return v
def call(f,sub,cache): return f(**{p:give(p,sub,cache) for p in inspect.signature(f).parameters})
ms={m['name']:m for m in tomllib.loads((S/'mutants.toml').read_text())['mutant']}
def files(m):
    fs={n:(S/n).read_text() for n in ('main.tf','template.yaml')}
    if m is None: return fs
    t=m.get('in','main.tf')
    fs[t]=(S/m['file']).read_text() if 'file' in m else fs[t].replace(m['replace'],m['with'])
    return fs
def work(fs):
    d=Path(tempfile.mkdtemp()); src={}
    for n,x in fs.items():
        (d/n).write_text(x); src[n]=d/n
    b=d/'box'; b.mkdir(); return PlainWork(src,b)
def tryone(check,sub,cache):
    try: call(getattr(hid,check,None) or getattr(vis,check),sub,cache); return 'PASSED'
    except AssertionError as e: return getattr(e,'form',None) or str(e)[:300]
if sys.argv[1]=='cfn':
    sys.path.insert(0,'datasets/iac')
    import run_cloudformation as rc, made_up_aws
    def cloudformation(submission,*deployments,tried=None,lint=False):
        return json.loads(json.dumps(rc.examine(submission.read('template.yaml').decode(),list(deployments),tried or {},True),default=str))
    for mod in (hid.bench,vis.bench): mod.cloudformation=cloudformation
names=sys.argv[2:]
dep=hid.deployments
full_every, full_many = dep.every, dep.many
def slim(check):
    import random
    dep.every, dep.many = full_every, full_many
    def few(d):
        case=d("iac",draw=3); r=random.Random(case["api_token"]); return case,r
    if 'cheapest' in check: dep.every=lambda d:[dep.sizes(*few(d))]; dep.many=lambda d: dep.empty(few(d)[0])[0]
    elif 'costs_no_more' in check: dep.every=lambda d: dep.empty(few(d)[0])
    elif 'account_and' in check: dep.every=lambda d: dep.places(*few(d)); dep.many=lambda d: dep.empty(few(d)[0])[0]
    else: dep.every=lambda d: dep.drawn(d)+dep.empty(few(d)[0]); dep.many=lambda d: dep.empty(few(d)[0])[0]
order=[n for n in vars(vis) if n.startswith('test_')]+[n for n in vars(hid) if n.startswith('test_')]
for n in names:
    t=time.time()
    if n in ('solution','alternative'):
        fs=files(None) if n=='solution' else {k:(S/'alternative'/k).read_text() for k in ('main.tf','template.yaml')}
        sub=work(fs); cache={}
        for c in order:
            if ('made' in inspect.signature(getattr(hid,c,None) or getattr(vis,c)).parameters or 'lint' in c)==(sys.argv[1]=='cfn'):
                r=tryone(c,sub,cache)
                if r!='PASSED': print(n,c,r)
        print(n,'done',round(time.time()-t,1)); continue
    m=ms[n]; sub=work(files(m)); cache={}
    r=[]
    if sys.argv[1]=='cfn':
        for c in ('test_template_passes_cfn_lint','test_one_template_for_both_environments','test_bucket_is_closed_and_encrypted','test_only_old_versions_expire','test_role_may_do_no_more_than_it_needs','test_bucket_outlives_update_and_stack'):
            x=tryone(c,sub,cache)
            if x!='PASSED': r.append((c,x)); 
            if x!='PASSED' and 'lint' in c: break
        ok=bool(r) and r[0][0]==m['caught_by']
    else:
        slim(m['caught_by'])
        for c in ('test_example_is_planned_and_applied',m['caught_by']):
            x=tryone(c,sub,cache); r.append((c,x))
        ok=x!='PASSED' and (r[0][1]=='PASSED' or r[0][0]==m['caught_by'])
    print('ok ' if ok else 'BAD',n,r,round(time.time()-t,1),flush=True)
