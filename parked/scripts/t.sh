#!/bin/bash
# t.sh TREE EX [PATH]: grade with processor seconds
cd $1; ex=$2; path=$3
if [ -z "$path" ]; then s=$(ls -d solutions/*/${ex#*-}); path=$(mktemp -d T/sol.XXXX); cp -r $s/. $path; rm -rf $path/mutants* $path/alternative* $path/*.toml; fi
export PYTHONPATH=$PWD/graders; TIMEFORMAT="   %R s wall, %U + %S processor"
time VENV/bin/python -m tenfold.cli grade $ex --submission $path --json T/t.json > T/t.out 2>&1
VENV/bin/python - <<P
import json
r=json.load(open('T/t.json')); print("$ex", "$path", r['status'], r.get('score'), r.get('points'), [(c['id'],c['status']) for c in r['checks'] if c['status']!='passed'])
P
