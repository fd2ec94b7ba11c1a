from itertools import pairwise
from threading import Barrier
from typing import Any

import pytest

from schemas import Reason
from transforms.web.address import Network
from transforms.web.fetch import Answer, Fetched, Refusal
from transforms.web.fetcher import MAX_LOST_IN_A_ROW, MAX_TRIES, Fetcher, Request
from transforms.web.hosts import gather
from transforms.web.policy import FetchPolicy

PAGE = "<p>text</p>"


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


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_after_its_rest(site: Any, network: Network, status: int) -> None:
    answers = iter([(status, "1"), (status, None), (200, None)])

    def respond(handler: Any) -> None:
        code, rest = next(answers)
        handler.send_response(code)
        if rest:
            handler.send_header("Retry-After", rest)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    site.serve("/robots.txt", media="text/plain")
    host = f"busy{status}.test"
    fetcher = Fetcher(FetchPolicy(host_delay=0.1), network)
    answer = fetcher.article(Request(site.on("/", respond).replace("a.test", host)))
    assert isinstance(answer, Fetched)
    first, second = gaps(site, host)[1:]
    assert first >= 1.0
    assert second >= 0.2


def test_a_server_that_stays_busy_is_given_up(site: Any, network: Network) -> None:
    url = site.serve("/", status=500).replace("a.test", "down.test")
    answer = Fetcher(FetchPolicy(host_delay=0.01), network).feed(Request(url))
    assert isinstance(answer, Refusal)
    assert answer.status == 500
    assert site.paths("down.test") == ["/"] * MAX_TRIES


@pytest.mark.parametrize("status", [403, 404, 410])
def test_other_refusals_are_taken_at_their_word(site: Any, network: Network, status: int) -> None:
    url = site.serve("/", status=status).replace("a.test", "no.test")
    Fetcher(FetchPolicy(host_delay=0.0), network).feed(Request(url))
    assert site.paths("no.test") == ["/"]


def test_a_host_that_asks_for_a_long_rest_gets_no_further_request(site: Any, network: Network) -> None:
    site.serve("/robots.txt", media="text/plain")
    site.serve("/busy", status=429, Retry_After="3600")
    site.redirect("/moved", site.url("/other", "rests-long.test"))
    site.serve("/other", PAGE)
    fetcher = Fetcher(FetchPolicy(host_delay=0.0), network)
    first = fetcher.article(Request(site.url("/busy", "rests-long.test")))
    assert isinstance(first, Refusal)
    assert (first.status, first.retry_after) == (429, 3600.0)
    for url in (site.url("/other", "rests-long.test"), site.url("/moved", "elsewhere.test")):
        answer = fetcher.article(Request(url))
        assert isinstance(answer, Refusal)
        assert answer.detail.startswith("rests-long.test is left alone for another 3")
    assert site.paths("rests-long.test") == ["/robots.txt", "/busy"]
    assert isinstance(fetcher.article(Request(site.url("/other", "elsewhere.test"))), Fetched)


def test_a_host_that_fails_again_and_again_is_given_up(site: Any, network: Network) -> None:
    paths = [f"/{number}" for number in range(MAX_LOST_IN_A_ROW + 3)]
    for path in paths[1:]:
        site.drip(path, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", seconds=0.01)  # no body follows
    site.serve("/0", PAGE)
    fetcher = Fetcher(FetchPolicy(host_delay=0.0), network)
    answers = [fetcher.feed(Request(site.url(path))) for path in paths]
    assert isinstance(answers[0], Fetched)
    assert site.paths() == paths[: MAX_LOST_IN_A_ROW + 1]
    assert isinstance(fetcher.feed(Request(site.url("/0", "b.test"))), Fetched)


def test_a_page_that_fails_now_and_then_does_no_harm_to_its_host(site: Any, network: Network) -> None:
    fetcher = Fetcher(FetchPolicy(host_delay=0.0), network)
    site.serve("/good", PAGE)
    site.serve("/bad", status=500)
    for _ in range(MAX_LOST_IN_A_ROW):
        fetcher.feed(Request(site.url("/bad")))
        assert isinstance(fetcher.feed(Request(site.url("/good"))), Fetched)
