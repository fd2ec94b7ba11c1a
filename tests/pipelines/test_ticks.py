"""What is kept of the runs of a stream."""

import os
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ticks import is_tick, merge_days, tick_of
from schemas.run import Run
from schemas.table import HELD, SITE_PAGES
from transforms.held import list_held, read_held
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
    by_another_run = read_earlier(str(tmp_path), today)
    heard = {next(by_another_run)}
    merge_days(str(tmp_path), STREAM, today)
    assert heard | set(by_another_run) == said  # though it listed the files before
    assert sorted(os.listdir(before)) == ["nightly-00000.parquet", "s-20261121-00000.parquet"]
    assert set(read_earlier(str(tmp_path), today)) == said
    assert len(os.listdir(now)) == 2
    assert len(list(read_earlier(str(tmp_path), today))) == 5


def test_what_ticks_of_an_earlier_day_hold_becomes_one_file_that_holds_the_same(tmp_path):
    def hold(at, number):
        tick = tick_of(STREAM, at)
        folder = tmp_path / HELD.name / f"run_date={tick.run_date}"
        folder.mkdir(parents=True, exist_ok=True)
        row = {"key": bytes([number] * 16), "version": bytes(16), "of_page": True}
        pq.write_table(pa.Table.from_pylist([row], HELD.schema), folder / f"{tick.run_id}-00000.parquet")
        manifest = tmp_path / "_runs" / f"{tick.run_id}.json"
        manifest.parent.mkdir(exist_ok=True)
        manifest.write_text("{}")
        return folder

    def held():
        listed = list(list_held(str(tmp_path), today))
        return len(listed), [pair for path in listed for pair in read_held(path, str(tmp_path), wanted)]

    today = tick_of(STREAM, NOON)
    wanted = np.frombuffer(bytes(n for n in range(1, 5) for _ in range(8)), np.uint64).tobytes()
    yesterday = NOON - timedelta(days=1)
    for number in (1, 2):
        before = hold(yesterday + timedelta(minutes=number), number)
    hold(NOON - timedelta(minutes=5), 3)
    files, said = held()
    assert (files, len(said)) == (3, 3)
    listed = list(list_held(str(tmp_path), today))
    merge_days(str(tmp_path), STREAM, today)
    assert os.listdir(before) == ["s-20261121-00000.parquet"]
    assert held() == (2, sorted(said))
    hold(yesterday + timedelta(minutes=1), 1)  # as a merge leaves it that cannot delete
    merge_days(str(tmp_path), STREAM, today)
    assert held() == (2, sorted(said))
    by_another_run = {pair for path in listed for pair in read_held(path, str(tmp_path), wanted)}
    assert by_another_run == set(said)  # that had listed them before they were merged
    hold(yesterday + timedelta(minutes=9), 4)  # as a clock that was set back leaves it
    merge_days(str(tmp_path), STREAM, today)
    assert os.listdir(before) == ["s-20261121-00000.parquet"]
    assert len(held()[1]) == 4
