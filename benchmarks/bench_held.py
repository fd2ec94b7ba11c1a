"""Seconds and memory of looking up a run's articles among those that earlier runs hold, in one process.

    python -m benchmarks.bench_held [--held 10000000] [--runs 40] [--articles 100000]

The state is made up: random numbers, as identities and hashes are.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from schemas.run import Run
from schemas.table import HELD
from transforms.held import LookUp
from transforms.parquet import ROW_GROUP_ROWS

RUN = Run("now", date(2026, 11, 20), "0", "0")


def main() -> None:
    """Makes the state, looks keys up in it, prints what that cost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--held", type=int, default=10_000_000, help="rows of state (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=40, help="that they come from (default: %(default)s)")
    parser.add_argument("--articles", type=int, default=100_000, help="to look up (default: %(default)s)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as output:
        for number in range(given.runs):
            write_state(Path(output), f"run{number}", given.held // given.runs)
        stored = sum(path.stat().st_size for path in Path(output).rglob("*.parquet"))
        before, start = peak_megabytes(), time.perf_counter()
        with beam.Pipeline(runner="FnApiRunner") as pipeline:
            keys = pipeline | beam.Create([given.articles]) | "Make keys" >> beam.FlatMap(make_keys)
            keys | LookUp(output, RUN)
        seconds = time.perf_counter() - start
    print(
        f"{given.articles:,} articles among {given.held:,} rows of {given.runs} runs "
        f"({stored / 2**20:,.0f} MiB): {seconds:.1f} s, "
        f"peak {peak_megabytes():,.0f} MB, {before:,.0f} MB of them before"
    )


def write_state(output: Path, run_id: str, rows: int) -> None:
    """Writes the state and the JSON of a run."""
    random_numbers = np.random.default_rng(hash_of(run_id))
    columns = [
        pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(16), rows, [None, pa.py_buffer(random_numbers.bytes(16 * rows))]
        )
        for _ in ("key", "version")
    ]
    table = pa.Table.from_arrays([*columns, pa.array(np.ones(rows, bool))], schema=HELD.schema)
    for folder in (output / HELD.name / "run_date=2026-11-19", output / "_runs"):
        folder.mkdir(parents=True, exist_ok=True)
    path = output / HELD.name / "run_date=2026-11-19" / f"{run_id}-00000.parquet"
    pq.write_table(table, path, row_group_size=ROW_GROUP_ROWS, compression="zstd")
    (output / "_runs" / f"{run_id}.json").write_text("{}")


def hash_of(text: str) -> int:
    """Returns a number that is the same for the same text in every process."""
    return int.from_bytes(text.encode(), "big")


def make_keys(number: int) -> Iterator[str]:
    """Yields random keys, as many as said, the same each time."""
    numbers = random.Random(1)
    for _ in range(number):
        yield f"{numbers.getrandbits(128):032x}"


def peak_megabytes() -> float:
    """Returns the most memory that this process held so far."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main()
