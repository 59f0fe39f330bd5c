"""Read Parquet, Arrow IPC or Feather from its bytes; the kind is told by the first ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import feather, ipc, parquet

if TYPE_CHECKING:
    import pandas as pd


def table(data: bytes, most: int = 1_000_000) -> pd.DataFrame:
    """Return a table as a DataFrame; more than `most` rows are a `ValueError`."""
    found = _read(pa.BufferReader(data), bytes(data[:8]))
    if found.num_rows > most:
        raise ValueError(f"more than {most} rows")
    frame: pd.DataFrame = found.to_pandas()
    return frame


def _read(source: Any, first: bytes) -> Any:
    if first.startswith(b"PAR1"):
        return parquet.read_table(source, use_threads=False)
    if first.startswith(b"FEA1"):
        return feather.read_table(source, use_threads=False)
    if first.startswith(b"ARROW1"):
        return ipc.open_file(source).read_all()
    return ipc.open_stream(source).read_all()
