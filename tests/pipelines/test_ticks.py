"""What is kept of the runs of a stream."""

import os
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ticks import is_tick, merge_days, tick_of
from schemas.run import Run
from schemas.table import SITE_PAGES
from transforms.templates import read_earlier

NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, UTC)
STREAM = Run("s", NOON.date(), "1.0", "t1")


def test_ticks_have_ids_that_sort_by_time_and_the_day_on_which_they_begin():
    tick = tick_of(STREAM, NOON)
    assert (tick.run_id, tick.run_date) == ("s-20261122T120000.250Z", NOON.date())
    assert is_tick(tick.run_id, STREAM)
    for other in ("s", "s-a-20261122T120000.250Z", "s-20261122T120000.250Z-00000", "t-20261122T120000.250Z"):
        assert not is_tick(other, STREAM)
    assert tick_of(STREAM, NOON.replace(microsecond=260_000)).run_id > tick.run_id


def test_samples_of_an_earlier_day_become_one_file_that_says_the_same(tmp_path):
    def samples(run, *pages):
        folder = tmp_path / SITE_PAGES.name / f"run_date={run.run_date}"
        folder.mkdir(parents=True, exist_ok=True)
        rows = [{"domain": domain, "key": key, "blocks": [key, 7]} for domain, key in pages]
        pq.write_table(pa.Table.from_pylist(rows, SITE_PAGES.schema), folder / f"{run.run_id}-00000.parquet")
        return folder

    yesterday = NOON - timedelta(days=1)
    ticks = [tick_of(STREAM, yesterday + timedelta(minutes=5 * number)) for number in range(3)]
    for number, tick in enumerate(ticks):
        before = samples(tick, ("a.example", number), ("b.example", 9))
    samples(Run("nightly", yesterday.date(), "1.0", "t1"), ("c.example", 1))
    today = tick_of(STREAM, NOON)
    for minute in (1, 2):
        now = samples(tick_of(STREAM, NOON + timedelta(minutes=minute)), ("a.example", 4))
    said = set(read_earlier(str(tmp_path), today))
    merge_days(str(tmp_path), STREAM, today)
    assert sorted(os.listdir(before)) == ["nightly-00000.parquet", f"{ticks[-1].run_id}-00000.parquet"]
    assert set(read_earlier(str(tmp_path), today)) == said
    assert len(os.listdir(now)) == 2
    assert len(list(read_earlier(str(tmp_path), today))) == 5
