import apache_beam as beam
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import FixedWindows, GlobalWindows, TimestampedValue

from schemas import Document, Reason, Rejection
from transforms import spill
from transforms.batches import InBatches
from transforms.spill import ReadSpilled, Spill

RECORDS = [
    *(Document(source_uri=f"{n}", via="text", text="Wort " * n, text_from="test") for n in range(1, 8)),
    Rejection("x", "read", Reason.EMPTY, "nothing in it"),
]


def test_records_come_back_as_they_went(tmp_path):
    with TestPipeline(runner="FnApiRunner") as pipeline:
        back = pipeline | beam.Create(RECORDS) | Spill(str(tmp_path)) | ReadSpilled(Document | Rejection)
        assert_that(back, equal_to(RECORDS))


def test_many_records_go_to_many_files_and_paths_alone_are_passed_on(tmp_path, monkeypatch):
    monkeypatch.setattr(spill, "FILE_BYTES", 1)
    with TestPipeline(runner="FnApiRunner") as pipeline:
        paths = pipeline | beam.Create(RECORDS) | Spill(str(tmp_path))
        assert_that(paths | beam.Map(type) | beam.Map(lambda kind: kind.__name__), equal_to(["str"] * 8))
    assert len(list(tmp_path.iterdir())) == 8


def test_a_batch_ends_at_its_size():
    sums = InBatches(lambda batch: [sum(batch)], int, most_bytes=10, gives=int)
    with TestPipeline(runner="FnApiRunner") as pipeline:
        assert_that(pipeline | beam.Create([4, 7, 3, 20, 1]) | sums, equal_to([11, 23, 1]))


def test_a_batch_ends_with_its_window():
    def one_window(batches):
        assert sorted(number for batch in batches for number in batch) == [1, 3, 4, 7, 20]
        assert all(len({number // 5 for number in batch}) == 1 for batch in batches)

    lists = InBatches(lambda batch: [tuple(batch)], int, most_bytes=1000, gives=tuple)
    with TestPipeline(runner="FnApiRunner") as pipeline:
        batches = (
            pipeline
            | beam.Create([4, 7, 3, 20, 1])
            | beam.Map(lambda number: TimestampedValue(number, number // 5))
            | "Windows" >> beam.WindowInto(FixedWindows(1))
            | lists
            | "One window" >> beam.WindowInto(GlobalWindows())
        )
        assert_that(batches, one_window)
