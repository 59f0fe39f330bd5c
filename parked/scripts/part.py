"""part.py EX COUNT [NAMES…|ROLE:mutant]: those trials of a proof that play these names, judged as the proof does."""
import sys, pathlib, io
from rich.console import Console
from tenfold.exercise import catalog
from tenfold.gate import verify
if __name__ == '__main__':
    ex = catalog.find(pathlib.Path('.').resolve(), sys.argv[1]); names = sys.argv[3:]
    verify.prove(ex, int(sys.argv[2]), 2, Console(width=220), part=lambda ts: [t for t in ts if t.name in names or t.role in names])
