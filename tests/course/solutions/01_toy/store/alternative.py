"""A store that counts: pandas does the adding."""

import sqlite3
from pathlib import Path

import pandas as pd

Path("store.sqlite").unlink(missing_ok=True)
totals = pd.read_csv("readings.csv").groupby("sensor", as_index=False)["value"].sum()
with sqlite3.connect("store.sqlite") as connection:
    totals.rename(columns={"value": "total"}).to_sql("totals", connection, index=False)
