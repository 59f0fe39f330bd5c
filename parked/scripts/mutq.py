import sys,tomllib,pathlib,tempfile
sys.path.insert(0,'graders')
from tenfold.exercise import catalog
from tenfold.exercise.mutants import mutate
from tenfold.grading.grade import Request, grade
from tenfold.exercise import seeds
ex=catalog.find(pathlib.Path('.').resolve(),sys.argv[1])
for m in ex.mutants:
    if m['name'] in sys.argv[2:]:
        d=pathlib.Path(tempfile.mkdtemp())
        for f,c in mutate(ex,m).items(): (d/f).parent.mkdir(parents=True,exist_ok=True); (d/f).write_bytes(c)
        r=grade(Request(ex,d,seeds.practice()))
        print(m['name'],m['caught_by'],r.status,r.score, [(c.id,c.status,c.feedback[:160]) for c in r.checks if c.status!='passed'],flush=True)
