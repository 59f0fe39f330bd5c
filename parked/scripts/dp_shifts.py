import sys, importlib.util, numpy as np
from pathlib import Path
from tenfold import datasets
from tenfold.datasets import module
H=Path('graders/09_rai/dp')
tables, models = module(H/'tables.py'), module(H/'models.py')
make = module(Path('datasets/private/make.py'))
import inspect
print([n for n in dir(make) if not n.startswith('_')]); print(inspect.signature(make.draw))
def load(p):
    spec=importlib.util.spec_from_file_location('dp_'+str(abs(hash(p))),p); m=importlib.util.module_from_spec(spec); spec.loader.exec_module(m); return m
def proxy_trained(train, records, budget, seed):
    return train(records.X.copy(), records.y.copy(), records.ranges.copy(), budget, models.DELTA, seed)
models.trained = proxy_trained
for p in sys.argv[1:]:
    m=load(p)
    for rep in range(2):
        rng=np.random.default_rng(100+rep)
        seeds = rng.choice(10_000, 6, replace=False).tolist()
        many, few = (make.draw(np.random.default_rng(7+rep), rows=rows, columns=columns) for rows, columns in ((2500, 12), (500, 5)))
        out=[]
        for kind, pair, budget, answers in (
            ("usual", tables.at_the_border(rng, many, 60), 1.0, models.effects),
            ("one value", tables.all_else_in_the_middle(rng, many, 25), 0.2, models.effects),
            ("middle", tables.of_one_kind(rng, few, 100), 0.2, models.constant)):
            try: t=models.Neighbours(m.train, pair, budget, seeds, answers)
            except Exception as e: out.append((kind, repr(e)[:80])); continue
            out.append((kind, 'L=%.2f'%t.most, 'together %.2f'%(abs(t.shifts.mean())/np.sqrt((t.spreads**2).mean())/t.most), 'each', np.round(np.sort(np.abs(t.shifts)/t.spreads/t.most),1).tolist()))
        print(Path(p).parent.name, out, flush=True)
