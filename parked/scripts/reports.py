"""reports.py: one failing report of each of ten exercises, as a learner sees it."""
import subprocess,sys,pathlib,tomllib,tempfile,os
picks=[("data-sql","/work/w/blind/sql/out/wrong05"),("learn-oss-fix","/work/w/blind/oss-fix/out/wrong07"),("dl-quantize","/work/w/blind/quantize-2/out/wrong06"),("rai-dp","/work/w/blind/dp-2/out/wrong04"),("llm-qlora","/work/w/blind/qlora-2/out/wrong09"),("llm-prompt","/work/w/blind/prompt/out/wrong08")]
for ex,n in (("biz-roi",11),("data-stream",17),("swe-vectorize",9),("learn-paper",14)):
    sol=next(pathlib.Path('solutions').glob(f'*/{ex.split("-",1)[1]}')); meta=tomllib.loads(next(pathlib.Path('exercises').glob(f'*/{ex.split("-",1)[1]}/exercise.toml')).read_text())
    f=meta['files'][0]; ms=tomllib.loads((sol/'mutants.toml').read_text())['mutant']
    m=[m for m in ms if 'replace' in m and m.get('in',f)==f and (sol/f).read_text().count(m['replace'])==1][n]
    d=pathlib.Path(tempfile.mkdtemp())
    for g in meta['files']: (d/g).write_bytes((sol/g).read_bytes())
    (d/f).write_text((sol/f).read_text().replace(m['replace'],m['with']))
    picks.append((ex,str(d))); print(ex,m['name'],m['caught_by'],'|',m['replace'][:200],'→',m['with'][:200],flush=True)
for ex,p in picks:
    r=subprocess.run([sys.executable,'-m','tenfold.cli','grade',ex,'--submission',p],capture_output=True,text=True)
    print('='*30,ex,p,flush=True); print(r.stdout,r.stderr[-300:],flush=True)
