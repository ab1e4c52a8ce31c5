"""Reads parquet files with pyarrow, an optional package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from archscout._common.optional import require
from archscout._tables.limits import TableLimits
from archscout.errors import TableError

_BLOCK = 20_000

Read = Callable[[Sequence[str]], Iterator[dict[str, Sequence[Any]]]]


def open_parquet(path: Path, limits: TableLimits) -> tuple[list[str], str, Read]:
    """Names, no separator, and reader of named columns of a parquet file."""
    install = "'archscout[parquet]', or save the table as CSV"
    require("pyarrow.parquet", f"the parquet file {path.name}", install)
    import pyarrow
    import pyarrow.parquet

    def damaged(error: Exception) -> TableError:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        return TableError(f"{path.name} is not a readable parquet file ({reason}): write it again")

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            names = [str(name) for name in file.schema_arrow.names]
            facts = file.metadata
            groups = [facts.row_group(place) for place in range(facts.num_row_groups)]
            size = sum(group.total_byte_size for group in groups)
    except (pyarrow.ArrowException, OSError) as error:
        raise damaged(error) from None
    if facts.num_rows > limits.rows or size > limits.expanded:
        raise TableError(
            f"{path.name} has {facts.num_rows:,} rows in {size / 1e6:,.0f} MB, expected at most "
            f"{limits.rows:,} rows in {limits.expanded / 1e6:,.0f} MB: keep the rows and columns "
            "that you need"
        )

    def read(wanted: Sequence[str]) -> Iterator[dict[str, Sequence[Any]]]:
        try:
            with pyarrow.parquet.ParquetFile(path) as file:
                for batch in file.iter_batches(_BLOCK, columns=list(wanted)):
                    if batch.num_rows:
                        yield {name: batch.column(name).to_pylist() for name in wanted}
        except (pyarrow.ArrowException, OSError) as error:
            raise damaged(error) from None

    return names, "", read
