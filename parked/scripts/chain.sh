#!/bin/bash
# works lines of /work/w/q/todo off, one after the other: "NAME TREE CMD…"; a line that begins with # is skipped
while :; do
  line=$(flock /work/w/q/todo.lock sh -c 'head -n1 /work/w/q/todo; sed -i 1d /work/w/q/todo')
  [ -z "$line" ] && { sleep 3; continue; }
  [ "$line" = END ] && exit
  set -- $line; name=$1; tree=$2; shift 2
  ( exec 8>/work/w/q/bigrun; flock -x 8; echo "$(date +%T) begin $name" >> /work/w/plog; cd /work/w/$tree; export PYTHONPATH=$PWD/graders; timeout 3000 /work/w/fresh/.venv/bin/python "$@" > /work/w/out/$name 2>&1; echo "$(date +%T) end $name rc $?" >> /work/w/plog )
done
