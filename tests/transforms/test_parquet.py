from datetime import UTC, date, datetime

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing.test_pipeline import TestPipeline

from schemas import Document, Reason, Rejection
from schemas.run import Run
from schemas.table import ARTICLES, REJECTS, article_row, reject_row
from transforms import parquet
from transforms.commit import move_into_place
from transforms.parquet import WriteParquet, count_groups, shard_of, sort_rows, write_file
from transforms.staging import RowRef, StageRows, write_staged

RUN = Run("r1", date(2026, 11, 20), "1.0", "t1")


def document(number: int) -> Document:
    return Document(
        source_uri=f"{number}.txt",
        via="text",
        text=f"Satz Nummer {number}. " * 20,
        text_from="dump",
        language="de",
        published_at=datetime(2026, 11, 1 + number % 7, tzinfo=UTC) if number % 5 else None,
    )


ROWS = [article_row(document(number), RUN) for number in range(40)]


def test_a_row_goes_to_a_file_by_its_identity_among_as_many_as_the_bytes_call_for():
    ref = RowRef("00000000000000a" + "0" * 17, (), False, "", "", "p", 10, "f", 0, 0)
    assert shard_of(ref, {"p": 1}) == ("p", 0)
    assert shard_of(ref, {"p": parquet.FILE_BYTES}) == ("p", 0)
    assert shard_of(ref, {"p": parquet.FILE_BYTES + 1, "q": 1}) == ("p", 10 % 2)
    assert shard_of(ref, {"p": 3 * parquet.FILE_BYTES}) == ("p", 10 % 3)


def test_rows_are_sorted_by_time_with_unknown_times_last():
    rows = sort_rows(pa.Table.from_pylist(ROWS, schema=ARTICLES.schema), ARTICLES)
    times = rows["published_at"].to_pylist()
    known = [time for time in times if time]
    assert known == sorted(known)
    assert times[len(known) :] == [None] * 8


def test_a_file_holds_the_schema_and_no_partition_column(tmp_path):
    refs = write_staged(ROWS, ARTICLES, str(tmp_path))
    written = write_file((refs[0].partition, 7), refs, ARTICLES, "r1", str(tmp_path))
    file = pq.ParquetFile(written.path)
    assert file.schema_arrow.equals(ARTICLES.schema, check_metadata=True)
    assert file.schema_arrow.metadata[b"schema_version"] == b"1"
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert written.target == "articles/fetched_date=2026-11-20/language=de/r1-00007.parquet"
    assert (written.rows, written.bytes) == (40, (tmp_path / written.path).stat().st_size)
    assert written.groups == (("language", "de", 40), ("via", "text", 40))


def test_rejects_are_counted_by_reason():
    rejections = [
        Rejection("a", "read", reason, "") for reason in (Reason.EMPTY, Reason.CORRUPT, Reason.EMPTY)
    ]
    rows = pa.Table.from_pylist([reject_row(r, RUN) for r in rejections], schema=REJECTS.schema)
    assert count_groups(rows, "fetched_date=2026-11-20") == (("reason", "corrupt", 1), ("reason", "empty", 2))


@pytest.mark.parametrize("flags", [[], ["--direct_runner_bundle_repeat=1"]])
def test_the_same_rows_give_the_same_bytes(tmp_path, monkeypatch, flags):
    monkeypatch.setattr(parquet, "FILE_BYTES", 8000)
    first = _write(ROWS, tmp_path / "a", [])
    again = _write(list(reversed(ROWS)), tmp_path / "b", flags)
    assert len(first) > 2
    assert first == again


def _write(rows, folder, flags):
    staging, output = str(folder / "_staging"), folder / "out"
    with TestPipeline(runner="FnApiRunner", options=PipelineOptions(flags)) as pipeline:
        refs = pipeline | beam.Create(rows) | StageRows(ARTICLES, staging)
        files = refs | WriteParquet(ARTICLES, "r1", staging)
        files | "Move" >> beam.Map(lambda file, output: move_into_place([file], output), str(output))
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*.parquet")}


def test_all_rows_survive_being_split_over_files(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "FILE_BYTES", 8000)
    files = _write(ROWS, tmp_path, [])
    texts = [
        text for data in files.values() for text in pq.read_table(pa.BufferReader(data))["text"].to_pylist()
    ]
    assert sorted(texts) == sorted(row["text"] for row in ROWS)
