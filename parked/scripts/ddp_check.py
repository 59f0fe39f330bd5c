"""Play one hidden check in process, without the box: check1.py CHECK [DDP]."""
import importlib.util, sys, os, tempfile, time, shutil, resource
sys.path[:0] = ["W/r-ddp/graders"]
os.environ["OMP_NUM_THREADS"] = "1"
from pathlib import Path
ROOT = Path("W/r-ddp")
import numpy as np
name = sys.argv[1]; ddp = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "solutions/07_cloud/ddp/ddp.py"
where = Path(tempfile.mkdtemp(dir="T/ddprun")); shutil.copy(ddp, where / "ddp.py"); os.chdir(where); sys.path.insert(0, str(where))
def load(path, as_):
    spec = importlib.util.spec_from_file_location(as_, path); m = importlib.util.module_from_spec(spec); sys.modules[as_] = m; spec.loader.exec_module(m); return m
class Sub:
    def write(self, p, d): Path(p).write_bytes(d)
    def read(self, p, copies=None): return Path(p).read_bytes()
    def call(self, mod, fn, *a):
        return getattr(load(where / (mod + ".py"), mod), fn)(*a)
make = load(ROOT / "datasets/two-ranks/make.py", "make")
seed = int(os.environ.get("SEED", 5))
hidden = lambda n, draw=0, **o: make.draw(np.random.default_rng([seed, draw]), **o)
visible = name in ("test_ranks_start_alike", "test_worked_example", "test_parts_cover_every_row_once")
t = load(ROOT / ("exercises/07_cloud/ddp/test_ddp.py" if visible else "graders/07_cloud/ddp/test_hidden.py"), "test_x")
import inspect
def credit(v, floor, full, name="", unit=""):
    share = (v - floor) / (full - floor)
    if share < 1: print("CREDIT", name, v)
    if share <= 0: raise AssertionError(f"{name} {v}")
fx = {"submission": Sub(), "hidden": hidden, "public": hidden, "rng": np.random.default_rng(seed), "credit": credit}
f = getattr(t, name)
t0 = time.time(); c0 = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
try:
    f(**{k: fx[k] for k in inspect.signature(f).parameters}); print(name, "HOLDS", end=" ")
except AssertionError as e:
    print(name, "FAILS:", str(e)[:1500], end=" ")
c = resource.getrusage(resource.RUSAGE_CHILDREN); s = resource.getrusage(resource.RUSAGE_SELF)
print(f"wall {time.time()-t0:.1f} self {s.ru_utime+s.ru_stime:.1f} ranks {c.ru_utime+c.ru_stime:.2f}")
