from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from threading import Barrier
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from schemas import Kind, RawPage, Reason, Rejection, Source
from transforms.web.address import Network
from transforms.web.fetch import Answer, Fetched, FetchPolicy, Refusal
from transforms.web.hosts import FetchByHost, Fetcher, Request, ask_in_turn, gather

PAGE = "<p>text</p>"
ANSWER = Fetched("", b"", None, None, datetime(2026, 11, 20, tzinfo=UTC))


def gaps(site: Any, host: str) -> list[float]:
    """Seconds between the requests that a host saw."""
    return [after.at - before.at for before, after in pairwise(r for r in site.requests if r.host == host)]


def ask_side_by_side(ask: Any, urls: list[str]) -> list[Answer]:
    """Asks for each URL in a thread of its own."""
    return list(gather(map(ask, [Request(url)]) for url in urls))


def test_a_host_rests_between_requests_whoever_asks(site: Any, network: Network) -> None:
    site.serve("/robots.txt", media="text/plain")
    urls = [site.serve(f"/{number}", PAGE).replace("a.test", "rests.test") for number in range(3)]
    fetcher = Fetcher(FetchPolicy(host_delay=0.2), network)
    answers = ask_side_by_side(fetcher.article, urls)
    assert all(isinstance(answer, Fetched) for answer in answers)
    assert sorted(site.paths("rests.test")) == ["/0", "/1", "/2", "/robots.txt"]
    assert min(gaps(site, "rests.test")) >= 0.2


def test_crawl_delay_is_obeyed_on_top(site: Any, network: Network) -> None:
    site.serve("/robots.txt", "User-agent: *\nCrawl-delay: 0.3", media="text/plain")
    fetcher = Fetcher(FetchPolicy(host_delay=0.0), network)
    for number in range(2):
        fetcher.article(Request(site.serve(f"/{number}", PAGE).replace("a.test", "crawls.test")))
    assert min(gaps(site, "crawls.test")) >= 0.3


def test_hosts_are_asked_side_by_side(site: Any, network: Network) -> None:
    meeting = Barrier(3)

    def respond(handler: Any) -> None:
        meeting.wait(timeout=5)  # breaks unless all three are here at once
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    site.on("/", respond)
    site.serve("/robots.txt", status=404)
    fetcher = Fetcher(FetchPolicy(host_delay=0.0), network)
    answers = ask_side_by_side(fetcher.article, [site.url("/", f"side{number}.test") for number in range(3)])
    assert all(isinstance(answer, Fetched) for answer in answers)


def test_what_robots_txt_forbids_is_not_asked_for(site: Any, network: Network) -> None:
    site.serve("/robots.txt", "User-agent: newsbeam\nDisallow: /private", media="text/plain")
    site.redirect("/moved", site.url("/private/b", "b.test"))
    fetcher = Fetcher(FetchPolicy(host_delay=0.0), network)
    for path in ("/private/a", "/moved"):
        answer = fetcher.article(Request(site.url(path)))
        assert isinstance(answer, Refusal)
        assert answer.reason is Reason.ROBOTS
    assert site.paths("a.test") == ["/robots.txt", "/moved"]
    assert site.paths("b.test") == ["/robots.txt"]


def test_robots_txt_is_asked_for_only_where_it_counts(site: Any, network: Network) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /", media="text/plain")
    url = site.serve("/feed", PAGE)
    assert isinstance(Fetcher(FetchPolicy(host_delay=0.0), network).feed(Request(url)), Fetched)
    assert site.paths() == ["/feed"]


def test_a_host_whose_robots_txt_cannot_be_had_is_left_alone(site: Any, network: Network) -> None:
    site.serve("/robots.txt", status=503)
    fetcher = Fetcher(FetchPolicy(host_delay=0.0), network)
    answers = [fetcher.article(Request(site.url(path))) for path in ("/a", "/b")]
    assert [answer.status if isinstance(answer, Refusal) else 200 for answer in answers] == [None, None]
    assert site.paths() == ["/robots.txt"]


def test_robots_txt_may_be_larger_than_a_page(site: Any, network: Network) -> None:
    site.serve("/robots.txt", "# nothing here\n" * 100, media="text/plain")
    fetcher = Fetcher(FetchPolicy(host_delay=0.0, max_page_bytes=100), network)
    assert isinstance(fetcher.article(Request(site.serve("/", PAGE))), Fetched)


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
