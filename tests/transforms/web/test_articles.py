from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import FixedWindows, TimestampedValue

from schemas import FeedEntry, Media, Metadata, RawPage, Reason, Rejection
from transforms.web.address import Network
from transforms.web.articles import FETCHED, LOST, FetchArticles, has_text, page_of
from transforms.web.fetch import Fetched
from transforms.web.policy import FetchPolicy

POLICY = FetchPolicy(timeout=1.0, host_delay=0.0)
POLLED = datetime(2026, 11, 20, tzinfo=UTC)
ENTRY = RawPage(
    source_uri="http://a.test/feed",
    via="feed",
    body=b"<p>teaser</p>",
    media=Media.HTML,
    charset="utf-8",
    url="http://a.test/1",
    source_id="a-feed",
    fetched_at=POLLED,
    metadata=Metadata(title="Title", authors=("A. Author",)),
)


def entry(url: str | None, body: str = "teaser") -> RawPage:
    return replace(ENTRY, url=url, body=body.encode())


def gist(result: RawPage | Rejection) -> tuple[str | None, str, str]:
    """URL, `via` or reason, and body or payload."""
    if isinstance(result, Rejection):
        return result.url, f"{result.stage}: {result.reason}", result.payload.decode()
    return result.url, result.via, result.body.decode()


def fetch_articles(
    entries: list[RawPage | Rejection], expected: list[Any], network: Network, policy: FetchPolicy = POLICY
) -> Counter[str]:
    """Checks the gist of what the step makes of `entries`, and returns its counters."""
    pipeline = beam.Pipeline(runner="FnApiRunner")
    fetched = pipeline | beam.Create(entries) | FetchArticles(policy, network)
    assert_that(fetched[FETCHED] | beam.Map(gist), equal_to(expected))
    counters = pipeline.run().metrics().query()["counters"]
    return Counter({counter.key.metric.name: counter.committed for counter in counters})


def test_a_page_takes_the_place_of_its_entry() -> None:
    fetched = Fetched(
        "http://a.test/one", b"<p>text</p>", "text/html", "latin-1", datetime(2026, 11, 21, tzinfo=UTC)
    )
    assert page_of(ENTRY, fetched) == RawPage(
        source_uri="http://a.test/feed",
        via="page",
        body=b"<p>text</p>",
        media=Media.HTML,
        charset="latin-1",
        url="http://a.test/1",
        source_id="a-feed",
        fetched_at=datetime(2026, 11, 21, tzinfo=UTC),
        metadata=ENTRY.metadata,
    )


@pytest.mark.parametrize(("body", "media", "expected"), [
    (b"<p>a</p>", Media.HTML, True),
    (b"a", Media.HTML, True),
    (b"<p>\xa0</p> <img alt='a' src='a'>", Media.HTML, False),
    (b"", Media.HTML, False),
    (b"<a>", Media.TEXT, True),
    (b" \n", Media.TEXT, False),
])  # fmt: skip
def test_whether_an_entry_has_text(body: bytes, media: Media, expected: bool) -> None:
    assert has_text(replace(ENTRY, body=body, media=media)) is expected


def test_pages_replace_entries_and_entries_stand_in_for_lost_pages(site: Any, network: Network) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /private", media="text/plain")
    good = site.serve("/good", "<p>full text</p>")
    lost = [
        site.url("/gone"),
        site.serve("/broken", status=500),
        site.serve("/private/x"),
        site.serve("/pdf", "%PDF", media="application/pdf"),
        site.serve("/empty", " \n"),
        site.drip("/slow", b"HTTP/1.1 200 OK\r\n\r\n", seconds=3.0),
        site.redirect("/inside", "http://169.254.169.254/"),
        "mailto:editors@a.test",
        None,
    ]
    counters = fetch_articles(
        [entry(good), *map(entry, lost)],
        [(good, "page", "<p>full text</p>"), *((url, "feed", "teaser") for url in lost)],
        network,
    )
    assert {name: number for name, number in counters.items() if name.startswith("fetch-fallback/")} == {
        "fetch-fallback/http-status": 2,
        "fetch-fallback/robots": 1,
        "fetch-fallback/unsupported-media": 1,
        "fetch-fallback/empty": 1,
        "fetch-fallback/fetch-failed": 1,
        "fetch-fallback/forbidden-address": 2,
        "fetch-fallback/missing-field": 1,
    }


def test_pages_that_reserve_their_text_are_not_used(site: Any, network: Network) -> None:
    reserved = [
        site.serve("/header", "<p>full text</p>", X_Robots_Tag="noai"),
        site.serve("/protocol", "<p>full text</p>", tdm_reservation="1"),
        site.serve("/meta", "<meta name=robots content=noai><p>full text</p>"),
    ]
    counters = fetch_articles(
        [entry(url) for url in reserved], [(url, "feed", "teaser") for url in reserved], network
    )
    assert counters["fetch-fallback/opt-out"] == 3


def test_an_entry_says_what_it_stands_in_for(site: Any, network: Network) -> None:
    pipeline = beam.Pipeline(runner="FnApiRunner")
    pages = [site.url("/gone"), site.serve("/good", "<p>full text</p>")]
    fetched = pipeline | beam.Create(map(entry, pages)) | FetchArticles(POLICY, network)
    told = fetched[FETCHED] | beam.Map(lambda page: (page.url, page.stands_in_for))
    assert_that(told, equal_to([(pages[0], "http-status"), (pages[1], None)]))
    pipeline.run()


def test_an_entry_whose_page_may_be_had_later_is_told_of(site: Any, network: Network) -> None:
    """A server that is busy may answer the next time; a page that is gone or forbidden stays so."""
    pages = [site.url("/gone"), site.serve("/good", "<p>full text</p>"), site.serve("/busy", "", status=503)]
    entries = [
        replace(entry(url), entry=FeedEntry("http://a.test/feed", number)) for number, url in enumerate(pages)
    ]
    pipeline = beam.Pipeline(runner="FnApiRunner")
    fetched = pipeline | beam.Create(entries) | FetchArticles(POLICY, network)
    assert_that(fetched[LOST], equal_to([FeedEntry("http://a.test/feed", 2)]))
    pipeline.run()


def test_an_entry_without_text_is_rejected_for_what_became_of_its_page(site: Any, network: Network) -> None:
    url = site.url("/gone")
    counters = fetch_articles([entry(url, "<p> </p>")], [(url, "fetch: http-status", "<p> </p>")], network)
    assert counters["rejects/http-status"] == 1


def test_a_link_given_twice_is_fetched_once(site: Any, network: Network) -> None:
    url = site.serve("/good", "<p>full text</p>")
    expected = [(address, "page", "<p>full text</p>") for address in (url, url, f"{url}#comments")]
    fetch_articles([entry(url), entry(url), entry(f"{url}#comments")], expected, network)
    assert site.paths() == ["/robots.txt", "/good"]


def test_rejections_pass_through(site: Any, network: Network) -> None:
    rejection = Rejection("http://a.test/feed", "read", Reason.NOT_A_FEED, "no feed", payload=b"x")
    counters = fetch_articles([rejection], [(None, "read: not-a-feed", "x")], network)
    assert counters["rejects/not-a-feed"] == 0  # counted where it arose
    assert site.requests == []


def test_results_stay_in_their_windows(site: Any, network: Network) -> None:
    url = site.serve("/good", "text")
    pipeline = beam.Pipeline(runner="FnApiRunner")
    fetched = (
        pipeline
        | beam.Create([TimestampedValue(entry(url), 5), TimestampedValue(entry(url), 65)])
        | beam.Map(lambda value: value)
        | beam.WindowInto(FixedWindows(60))
        | FetchArticles(POLICY, network)
    )
    windows = fetched[FETCHED] | "Show" >> beam.Map(
        lambda page, window=beam.DoFn.WindowParam: (page.via, int(window.start))
    )
    assert_that(windows, equal_to([("page", 0), ("page", 60)]))
    pipeline.run()
