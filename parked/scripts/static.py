import sys,tomllib,pathlib,re
for ex in sys.argv[1:]:
    t=pathlib.Path('.'); sol=next(t.glob(f'solutions/*/{ex.split("-",1)[1]}')); e=next(t.glob(f'exercises/*/{ex.split("-",1)[1]}/exercise.toml'))
    meta=tomllib.loads(e.read_text()); files=meta['files']; file=files[0]; src=(sol/file).read_text()
    g=next(t.glob(f'graders/*/{ex.split("-",1)[1]}')); ids=set()
    lens={}
    for f in g.glob('*.py'):
        s=f.read_text(); lens[f.name]=s.count('\n'); ids|=set(re.findall(r'^def (test_\w+)',s,re.M))
    v=next(iter((e.parent).glob('test*.py')),None)
    if v: ids|=set(re.findall(r'^def (test_\w+)',v.read_text(),re.M))
    ms=tomllib.loads((sol/'mutants.toml').read_text())['mutant']
    bad=[]
    for m in ms:
        tgt=m.get('target',file)
        if 'misconception' not in m: bad.append((m['name'],'no misconception'))
        if m['caught_by'] not in ids: bad.append((m['name'],'caught_by',m['caught_by']))
        if 'file' in m:
            if not (sol/m['file']).exists(): bad.append((m['name'],'file'))
        else:
            s=(sol/m.get('in',file)).read_text() if (sol/m.get('in',file)).exists() else src
            c=s.count(m['replace'])
            if c!=1: bad.append((m['name'],'count',c))
            else:
                try: compile(s.replace(m['replace'],m['with']),'x','exec') if file.endswith('.py') else 0
                except SyntaxError as x: bad.append((m['name'],x))
    print(ex,len(ms),files,lens,bad)
