"""seed.py EX SEED [NAMES…]: the mutants of a proof on that seed alone (0: the practice seed), or those named."""
import sys, pathlib
from rich.console import Console
from tenfold.exercise import catalog
from tenfold.gate import verify
if __name__ == '__main__':
    ex = catalog.find(pathlib.Path('.').resolve(), sys.argv[1]); seed = int(sys.argv[2]); names = sys.argv[3:]
    verify.prove(ex, seed + 1, 2, Console(width=220), part=lambda ts: [t for t in ts if t.seed == seed and t.role == 'mutant' and (not names or t.name in names)])
