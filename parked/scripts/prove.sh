#!/bin/bash
# prove.sh TREE EX SEEDS [mutate]: verify, then small edits, alone on the machine
export PYTHONPATH=W/$1/graders; P=VENV/bin/python; unset PYTHONDONTWRITEBYTECODE
exec 8>W/q/bigrun; flock -x 8
cd W/$1; echo "$(date +%T) verify $2 $3" >> W/plog
timeout 3000 $P -m tenfold.cli verify $2 --seeds $3 --jobs 2 > W/out/$2.verify$3 2>&1; rc=$?; echo "$(date +%T) $2 rc $rc $(tail -1 W/out/$2.verify$3)" >> W/plog
[ $rc = 0 ] && [ "$4" = mutate ] && { timeout 3000 $P -m tenfold.cli mutate $2 --jobs 2 > W/out/$2.mutate 2>&1; echo "$(date +%T) mutate $2 rc $?" >> W/plog; }
