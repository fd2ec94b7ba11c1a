import apache_beam as beam
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to

from transforms.duplicates import DUPLICATES, KEPT, DropDuplicates, split_duplicates
from transforms.staging import RowRef


def ref(identity: str, rank: str) -> RowRef:
    return RowRef(identity, rank, "fetched_date=2026-11-20/language=de", 10, "f.arrow", 0, 0)


def test_the_lowest_rank_stays_whatever_the_order():
    first, second, third = ref("a", "1"), ref("a", "2"), ref("a", "3")
    assert split_duplicates([third, first, second]) == (first, [second, third])


def test_one_of_each_identity_stays_and_the_rest_is_counted():
    with TestPipeline(runner="FnApiRunner") as pipeline:
        outputs = (
            pipeline
            | beam.Create([ref("a", "2"), ref("b", "1"), ref("a", "1"), ref("a", "3")])
            | DropDuplicates()
        )
        assert_that(outputs[KEPT], equal_to([ref("a", "1"), ref("b", "1")]), "kept")
        assert_that(outputs[DUPLICATES], equal_to([ref("a", "2"), ref("a", "3")]), "dropped")
    counters = {c.key.metric.name: c.committed for c in pipeline.result.metrics().query()["counters"]}
    assert counters["articles"] == 2
    assert counters["duplicates"] == 2
