import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to

from schemas import Kind, Media, RawPage, Reason, Rejection, Source
from transforms.steps import Attempt, attempt

PAGE = RawPage("a.html", "html", b"<p>Guten Tag</p>", Media.HTML, url="https://kurier.example/a")
EARLIER = Rejection("b.html", "read", Reason.EMPTY, "nothing in it")


def shout(page: RawPage):
    if not page.body:
        return [Rejection(page.source_uri, "shout", Reason.EMPTY, "no body")]
    if page.body == b"bad":
        raise ValueError("no such\nword")
    return [page.body.upper().decode()]


def make_shout():
    return shout


def counters(pipeline):
    return {c.key.metric.name: c.committed for c in pipeline.result.metrics().query()["counters"]}


def test_an_exception_becomes_a_rejection_behind_what_came_before_it():
    def two_then_fail(page):
        yield 1
        yield 2
        raise ValueError("no such\nword")

    *results, rejection = attempt(two_then_fail, PAGE, "read")
    assert results == [1, 2]
    assert rejection == Rejection(
        "a.html", "read", Reason.FAILED, "ValueError: no such word", PAGE.url, PAGE.body, None
    )


@pytest.mark.parametrize("item", ["in/*.txt", Source("in/a.txt", Kind.TEXT)])
def test_a_failing_input_or_source_is_told_by_its_name(item):
    (rejection,) = attempt(lambda _: 1 / 0, item, "list")
    assert rejection.source_uri.startswith("in/")
    assert rejection.reason is Reason.FAILED


def test_rejections_pass_through_untouched_and_are_counted_once():
    bad = RawPage("c.html", "html", b"bad", Media.HTML)
    empty = RawPage("d.html", "html", b"", Media.HTML)
    shouting = Attempt("shout", make_shout, takes=RawPage, gives=str)
    counting = Attempt("count", lambda: lambda text: [len(text)], takes=str, gives=int)
    with TestPipeline(runner="FnApiRunner") as pipeline:
        outcomes = (
            pipeline
            | beam.Create([PAGE, bad, empty, EARLIER])
            | "Shout" >> shouting
            | "Count" >> counting
            | "Show" >> beam.Map(lambda o: (o.source_uri, str(o.reason)) if isinstance(o, Rejection) else o)
        )
        refused = [("b.html", "empty"), ("c.html", "failed"), ("d.html", "empty")]
        assert_that(outcomes, equal_to([16, *refused]))
    assert counters(pipeline) == {"rejects/failed": 1, "rejects/empty": 1}
