from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from schemas import Kind, RawPage, Reason, Rejection, Source
from transforms.web.address import Network
from transforms.web.fetch import Answer, Fetched, Refusal
from transforms.web.fetcher import Fetcher, Request
from transforms.web.hosts import FetchByHost, ask_in_turn, gather
from transforms.web.policy import FetchPolicy

PAGE = "<p>text</p>"
ANSWER = Fetched("", b"", None, None, datetime(2026, 11, 20, tzinfo=UTC))


def test_an_error_while_settling_is_told_of_its_element(site: Any, network: Network) -> None:
    def settle(source: Source, answer: Answer) -> list[RawPage]:
        raise ValueError("no such thing")

    policy = FetchPolicy(host_delay=0.0)
    url = site.serve("/feed", PAGE)
    pipeline = beam.Pipeline(runner="FnApiRunner")
    by_host = FetchByHost(policy, lambda source: Request(source.uri), Fetcher.feed, settle, network=network)
    results = pipeline | beam.Create([Source(url, Kind.FEED_URL)]) | by_host
    assert_that(results, equal_to([Rejection(url, "fetch", Reason.FAILED, "ValueError: no such thing")]))
    pipeline.run()


def test_each_url_is_asked_for_once() -> None:
    asked: list[str] = []

    def ask(request: Request) -> Answer:
        asked.append(request.url)
        return Refusal(Reason.FETCH_FAILED, request.url)

    elements = ["http://a.test/2#x", "http://a.test/1", "http://a.test/2", ""]
    answers = dict(ask_in_turn(elements, Request, ask))
    assert asked == ["http://a.test/1", "http://a.test/2"]
    assert {element: answer.detail for element, answer in answers.items() if isinstance(answer, Refusal)} == {
        "http://a.test/2#x": "http://a.test/2",
        "http://a.test/1": "http://a.test/1",
        "http://a.test/2": "http://a.test/2",
        "": "no link to follow",
    }


def test_an_error_of_ours_becomes_an_answer() -> None:
    def ask(request: Request) -> Answer:
        if request.url == "b":
            raise ValueError("no such thing")
        return ANSWER

    assert list(ask_in_turn("abc", Request, ask)) == [
        ("a", ANSWER),
        ("b", Refusal(Reason.FAILED, "ValueError: no such thing")),
        ("c", ANSWER),
    ]


def test_gather_yields_all_and_raises_what_a_job_raised() -> None:
    def job(number: int) -> Iterator[int]:
        yield number
        if number == 5:
            raise OSError("broken")
        yield -number

    got: list[int] = []

    def collect() -> None:
        for result in gather((job(number) for number in range(1, 20)), max_threads=3):
            got.append(result)

    with pytest.raises(OSError, match="broken"):
        collect()
    assert sorted(got) == sorted({*range(1, 20), *range(-19, 0)} - {-5})


def test_gather_runs_ahead_of_its_caller_by_a_bounded_number() -> None:
    made = 0

    def job() -> Iterator[int]:
        nonlocal made
        while True:
            made += 1
            yield made

    results = gather([job()], max_threads=2)
    for taken in range(1, 6):
        next(results)
        assert made <= taken + 3
    results.close()
