"""Leave a database whose table is a view that never ends, and swaps itself while it is read.

outcome: not_yet
class: artefacts
exercise: toy-store
"""

import os
import sqlite3

for name in ("store.sqlite", "readings.csv"):
    os.path.exists(name) and os.unlink(name)
with sqlite3.connect("store.sqlite") as connection:
    connection.execute(
        "create view totals as with recursive n(i) as (select 1 union all select i + 1 from n) "
        "select i as sensor, i as total from n"
    )
with open("store.sqlite", "r+b") as file:
    file.write(b"SQLite format 4")
