#!/bin/bash
export PYTHONPATH=W/$1/graders; P=VENV/bin/python; exec 8>W/q/bigrun; flock -x 8; cd W/$1
timeout 3000 $P -m tenfold.cli mutate $2 --jobs 2 > W/out/$2.mutate 2>&1; echo "$(date +%T) mutate $2 rc $? $(tail -1 W/out/$2.mutate)" >> W/plog
