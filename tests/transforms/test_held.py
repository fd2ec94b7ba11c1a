import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to

from schemas.run import Run
from schemas.table import ARTICLES, HELD
from transforms.duplicates import split_held
from transforms.held import (
    HeldVersion,
    LookUp,
    article_rows,
    list_held,
    mark_row,
    read_all_held,
    read_held,
)
from transforms.staging import RowRef, row_identity

RUN = Run("now", date(2026, 11, 20), "1.0", "t1")
ONE, TWO, TEXT, OTHER = "1" * 32, "f" * 32, "a" * 32, "b" * 32


def keep(output: Path, run_id: str, rows: Iterable[dict[str, Any]], day: str = "2026-11-19") -> Path:
    """Writes the state of a run that is done."""
    path = output / HELD.name / f"run_date={day}" / f"{run_id}-00000.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows), schema=HELD.schema), path)
    finish(output, run_id)
    return path


def finish(output: Path, run_id: str, files: Iterable[str] = ()) -> Path:
    path = output / "_runs" / f"{run_id}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"files": [{"path": file} for file in files]}))
    return path


def row(key: str, version: str, of_page: bool = True) -> dict[str, Any]:
    return {"key": bytes.fromhex(key), "version": bytes.fromhex(version), "of_page": of_page}


def look_up(output: Path, *keys: str) -> list[tuple[str, HeldVersion]]:
    prefixes = np.sort(np.array([int(key[:16], 16) for key in keys], np.uint64)).tobytes()
    return [pair for path in list_held(str(output), RUN) for pair in read_held(path, str(output), prefixes)]


def ref(*versions: str, from_feed: bool = False) -> RowRef:
    return RowRef(ONE, versions, from_feed, "2026-11-20", "", "p", 10, "f.arrow", 0, 0)


def test_a_text_that_is_held_is_old_and_another_is_new():
    held = [HeldVersion(TEXT, True)]
    assert split_held([ref(TEXT), ref(OTHER)], held) == ([ref(OTHER)], [ref(TEXT)])
    assert split_held([ref(TEXT)], []) == ([ref(TEXT)], [])


def test_a_text_whose_templates_were_found_since_is_no_change():
    rows = list(article_rows(ref(OTHER, TEXT), RUN))
    assert {row["version"].hex() for row in rows} == {OTHER, TEXT}
    assert split_held([ref(OTHER, TEXT)], [HeldVersion(TEXT, True)]) == ([], [ref(OTHER, TEXT)])


def test_what_a_feed_says_in_place_of_a_page_is_no_news_beside_the_page_but_the_page_is_beside_it():
    entry, page = ref(OTHER, from_feed=True), ref(OTHER)
    assert split_held([entry], [HeldVersion(TEXT, True)]) == ([], [entry])
    assert split_held([entry], [HeldVersion(TEXT, False)]) == ([entry], [])
    assert split_held([page], [HeldVersion(TEXT, False)]) == ([page], [])


def test_a_run_that_is_done_again_writes_again_what_it_wrote_though_another_holds_it_too():
    held = [HeldVersion(TEXT, True), HeldVersion(TEXT, True, own=True)]
    assert split_held([ref(TEXT)], held) == ([ref(TEXT)], [])
    entry = ref(OTHER, from_feed=True)
    assert split_held([entry], [held[0], HeldVersion(OTHER, False, own=True)]) == ([entry], [])


def test_the_state_of_other_runs_that_are_done_counts_whatever_their_date(tmp_path):
    earlier = keep(tmp_path, "a", [row(ONE, TEXT)])
    later = keep(tmp_path, "b-00001", [row(ONE, OTHER)], "2026-11-21")
    own = keep(tmp_path, RUN.run_id, [row(ONE, TEXT)])
    failed = keep(tmp_path, "failed", [row(ONE, TEXT)])
    (tmp_path / "_runs" / "failed.json").unlink()
    assert failed.exists()
    listed = [(str(earlier), False), (str(later), False), (str(own), True)]
    assert list(list_held(str(tmp_path), RUN)) == listed
    assert list(list_held(str(tmp_path / "nowhere"), RUN)) == []


def test_a_run_whose_json_a_retag_withholds_is_done(tmp_path):
    keep(tmp_path, "a", [row(ONE, TEXT)])
    (tmp_path / "_state/withheld").mkdir()
    (tmp_path / "_runs/a.json").rename(tmp_path / "_state/withheld/a.json")
    assert look_up(tmp_path, ONE) == [(ONE, HeldVersion(TEXT, True))]


def test_wanted_keys_alone_are_let_through(tmp_path):
    keep(tmp_path, "a", [row(ONE, TEXT), row(TWO, OTHER, False), row("2" * 32, TEXT), mark_row(RUN)])
    assert look_up(tmp_path, ONE) == [(ONE, HeldVersion(TEXT, True))]
    assert look_up(tmp_path, TWO, "3" * 32) == [(TWO, HeldVersion(OTHER, False))]
    assert look_up(tmp_path) == []


def test_rows_are_found_in_every_batch_of_a_file(tmp_path, monkeypatch):
    monkeypatch.setattr("transforms.held.BATCH_ROWS", 3)
    keys = [f"{number:016x}{number:016x}" for number in range(1, 11)]
    keep(tmp_path, "a", [row(key, TEXT) for key in keys])
    assert [key for key, _ in look_up(tmp_path, *keys)] == keys


def test_of_a_run_without_state_the_articles_are_read(tmp_path):
    file = tmp_path / "articles/fetched_date=2026-11-18/language=de/old-00000.parquet"
    file.parent.mkdir(parents=True)
    articles = [
        {"article_id": "id-1", "content_hash": TEXT, "via": "page"},
        {"article_id": "id-2", "content_hash": OTHER, "via": "feed"},
    ]
    pq.write_table(pa.Table.from_pylist(articles, schema=ARTICLES.schema), file)
    finish(
        tmp_path,
        "old",
        [str(file.relative_to(tmp_path)), "rejects/fetched_date=2026-11-18/old-00000.parquet"],
    )
    one, two = (row_identity(article, ARTICLES) for article in articles)
    assert look_up(tmp_path, one, two) == [(one, HeldVersion(TEXT, True)), (two, HeldVersion(OTHER, False))]


def test_a_run_that_kept_its_mark_alone_has_state(tmp_path):
    state = keep(tmp_path, "empty", [mark_row(RUN)])
    assert list(list_held(str(tmp_path), RUN)) == [(str(state), False)]


def test_a_file_that_is_gone_holds_nothing_and_a_damaged_one_is_told(tmp_path):
    path = keep(tmp_path, "a", [row(ONE, TEXT)])
    path.write_bytes(b"PAR1 no more")
    with pytest.raises(RuntimeError, match=r"earlier runs hold, .*a-00000\.parquet"):
        look_up(tmp_path, ONE)
    path.unlink()
    assert list(read_held((str(path), False), str(tmp_path), bytes(8))) == []


def test_keys_are_looked_up_in_all_files(tmp_path):
    for number, key in enumerate((ONE, TWO)):
        keep(tmp_path, f"run-{number}", [row(key, TEXT), row("5" * 32, TEXT)])
    with TestPipeline(runner="FnApiRunner") as pipeline:
        found = pipeline | beam.Create([ONE, ONE, TWO, "4" * 32]) | LookUp(str(tmp_path), RUN)
        assert_that(found, equal_to([(ONE, HeldVersion(TEXT, True)), (TWO, HeldVersion(TEXT, True))]))


def test_what_another_run_writes_while_this_one_reads_its_inputs_counts(tmp_path):
    def write_meanwhile(key: str) -> str:
        keep(tmp_path, "other", [row(key, TEXT)])
        return key

    with TestPipeline(runner="FnApiRunner") as pipeline:
        keys = pipeline | beam.Create([ONE]) | beam.Reshuffle() | "Read" >> beam.Map(write_meanwhile)
        assert_that(keys | LookUp(str(tmp_path), RUN), equal_to([(ONE, HeldVersion(TEXT, True))]))


def test_a_stream_reads_all_that_the_last_days_hold(tmp_path):
    keep(tmp_path, "old", [row(ONE, OTHER)], day="2026-10-01")
    keep(tmp_path, "new", [{**mark_row(RUN)}, row(ONE, TEXT), row(TWO, TEXT, of_page=False)])
    found = [
        pair
        for listed in list_held(str(tmp_path), RUN)
        for pair in read_all_held(listed, str(tmp_path), date(2026, 10, 21))
    ]
    assert found == [(ONE, HeldVersion(TEXT, of_page=True)), (TWO, HeldVersion(TEXT, of_page=False))]
