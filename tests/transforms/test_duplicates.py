import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to

from transforms.duplicates import ALREADY_HELD, DUPLICATES, KEPT, DropDuplicates, split_duplicates
from transforms.held import HeldVersion
from transforms.staging import RowRef


def ref(article: str, text: str, day: int, rank: str = "") -> RowRef:
    return RowRef(
        article, (text,), False, f"2026-11-{day}", rank, "fetched_date=x/language=de", 10, "f.arrow", 0, 0
    )


@pytest.mark.parametrize("order", [1, -1])
def test_of_one_fetch_the_best_row_stays(order):
    best, other, worst = ref("a", "x", 20, "1"), ref("a", "y", 20, "2"), ref("a", "z", 20, "3")
    assert split_duplicates([worst, best, other][::order]) == ([best], [other, worst])


def test_a_later_fetch_stays_if_its_text_is_new():
    first, changed = ref("a", "x", 20), ref("a", "y", 21)
    again, back = ref("a", "y", 22), ref("a", "x", 23)
    assert split_duplicates([back, again, changed, first]) == ([first, changed], [again, back])


def test_articles_are_told_apart_and_what_goes_is_counted():
    refs = [ref("a", "x", 20, "2"), ref("b", "x", 20), ref("a", "y", 20, "1"), ref("a", "x", 21, "3")]
    with TestPipeline(runner="FnApiRunner") as pipeline:
        outputs = pipeline | beam.Create(refs) | DropDuplicates()
        assert_that(outputs[KEPT], equal_to([refs[1], refs[2], refs[3]]), "kept")
        assert_that(outputs[DUPLICATES], equal_to([refs[0]]), "dropped")
    counters = {c.key.metric.name: c.committed for c in pipeline.result.metrics().query()["counters"]}
    assert counters["articles"] == 3
    assert counters["duplicates"] == 1


def test_what_earlier_runs_hold_is_dropped_and_counted_apart():
    same, changed, twice, other = ref("a", "x", 20), ref("a", "y", 21), ref("a", "y", 22), ref("b", "x", 20)
    with TestPipeline(runner="FnApiRunner") as pipeline:
        held = pipeline | "Held" >> beam.Create(
            [("a", HeldVersion("x", True)), ("c", HeldVersion("x", True))]
        )
        outputs = pipeline | beam.Create([same, changed, twice, other]) | DropDuplicates(held)
        assert_that(outputs[KEPT], equal_to([changed, other]), "kept")
        assert_that(outputs[DUPLICATES], equal_to([twice]), "dropped")
        assert_that(outputs[ALREADY_HELD], equal_to([same]), "held")
    counters = {c.key.metric.name: c.committed for c in pipeline.result.metrics().query()["counters"]}
    assert (counters["articles"], counters["duplicates"], counters["already_held"]) == (2, 1, 1)
