import sys,tomllib,pathlib
exec(open('T/st/trybugs.py').read().split('for name,s in suites.items():')[0])
d=root/'solutions/03_swe/tests'
sol=(d/'suite.py').read_text()
only=sys.argv[1:]
for m in tomllib.loads((d/'mutants.toml').read_text())['mutant']:
    if only and m['name'] not in only: continue
    if not m['caught_by'].startswith('test_catches_bugs'): continue
    if 'file' in m: s=(d/m['file']).read_text()
    else:
        if sol.count(m['replace'])!=1: print(m['name'],'replace',sol.count(m['replace'])); continue
        s=sol.replace(m['replace'],m['with'])
    missed={}
    for b,src in zip(v.BASES,v.BASES.values()):
        if c:=run(s,src): missed.setdefault('RED',[]).append(b)
    for g,bugs in v.GROUPS.items():
        for bn,bug in bugs.items():
            if run(s,v.with_bug(*bug))==0: missed.setdefault(g,[]).append(bn)
    print(m['name'],m['caught_by'],{g:(len(b),b[:5]) for g,b in missed.items()},flush=True)
