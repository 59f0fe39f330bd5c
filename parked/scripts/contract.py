import sys, pathlib
from tenfold.exercise import catalog, contract
ex = catalog.find(pathlib.Path('.').resolve(), sys.argv[1])
print(contract.problems(ex))
