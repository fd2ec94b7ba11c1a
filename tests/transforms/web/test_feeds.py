from datetime import UTC, datetime, timedelta
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from schemas import Kind, RawPage, Reason, Rejection, Source
from transforms.web.address import Network
from transforms.web.articles import FETCHED, FetchArticles
from transforms.web.feed_state import FeedState
from transforms.web.feeds import ENTRIES, POLLED, UNASKED, FetchFeeds, entries_of
from transforms.web.fetch import fetch
from transforms.web.policy import FEEDS, FetchPolicy
from transforms.web.polls import Outcome, Polled

POLICY = FetchPolicy(timeout=2.0, host_delay=0.0)


def rss(*links: str) -> str:
    items = "".join(
        f"<item><title>On {link}</title><link>{link}</link><description>teaser</description></item>"
        for link in links
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


def source(uri: str) -> Source:
    return Source(uri, Kind.FEED_URL, source_id="a-feed")


def gist(result: RawPage | Rejection) -> tuple[str, str | None, str]:
    kind = f"{result.stage}: {result.reason}" if isinstance(result, Rejection) else result.via
    return result.source_uri, result.url, kind


def test_a_feed_gives_its_entries(site: Any, network: Network) -> None:
    url = site.serve("/feed", rss("http://a.test/1", "http://a.test/2"), media="application/rss+xml")
    answer = fetch(url, POLICY, media=FEEDS, network=network)
    entries = [entry for entry in entries_of(source(url), answer) if isinstance(entry, RawPage)]
    assert [(entry.url, entry.via, entry.source_id) for entry in entries] == [
        ("http://a.test/1", "feed", "a-feed"),
        ("http://a.test/2", "feed", "a-feed"),
    ]
    assert entries[0].source_uri.startswith(url)
    assert entries[0].metadata.title == "On http://a.test/1"
    assert entries[0].fetched_at is not None
    assert site.paths() == ["/feed"]


def test_a_feed_that_cannot_be_fetched_is_one_rejection(site: Any, network: Network) -> None:
    answer = fetch(site.url("/feed"), POLICY, media=FEEDS, network=network)
    (rejection,) = entries_of(source(site.url("/feed")), answer)
    assert rejection == Rejection(site.url("/feed"), "fetch", Reason.HTTP_STATUS, "404 Not Found")


def test_feeds_and_their_articles_end_to_end(site: Any, network: Network) -> None:
    one, two = site.url("/1", "a.test"), site.url("/2", "b.test")
    site.serve("/1", "<p>text</p>")
    feed_a = site.serve("/feed-a", rss(one, two), media="text/xml")
    feed_b = site.serve("/feed-b", rss(one), media="text/plain").replace("a.test", "b.test")
    lost = site.url("/lost", "c.test")
    passing = Rejection("list.opml", "list", Reason.CORRUPT, "no XML")
    pipeline = beam.Pipeline(runner="FnApiRunner")
    polled = (
        pipeline
        | beam.Create([source(feed_a), source(feed_b), source(lost), passing])
        | FetchFeeds(POLICY, network=network)
    )
    fetched = polled[ENTRIES] | FetchArticles(POLICY, network)
    results = (
        fetched[FETCHED]
        | beam.Map(gist)
        | beam.MapTuple(lambda uri, url, kind: (uri.partition("#")[0], url, kind))
    )
    expected = [
        (feed_a, one, "page"),
        (feed_a, two, "feed"),
        (feed_b, one, "page"),
        (lost, None, "fetch: http-status"),
        ("list.opml", None, "list: corrupt"),
    ]
    assert_that(results, equal_to(expected))
    pipeline.run()
    assert site.paths().count("/1") == 1


def test_an_error_of_ours_is_a_rejection_and_a_rest(
    site: Any, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transforms.web.polls.parse_feed", lambda *_: 1 / 0)
    url = site.serve("/feed", rss("http://a.test/1"), media="text/xml")
    pipeline = beam.Pipeline(runner="FnApiRunner")
    polled = pipeline | beam.Create([source(url)]) | FetchFeeds(POLICY, network=network)
    assert_that(
        polled[ENTRIES] | "Gist" >> beam.Map(gist), equal_to([(url, None, "fetch: failed")]), label="entries"
    )
    outcomes = polled[POLLED] | "Outcome" >> beam.Map(lambda item: (item.outcome, item.state.failures))
    assert_that(outcomes, equal_to([(Outcome.FAILED, 1)]), label="polled")
    pipeline.run()


def test_feeds_that_are_not_due_are_not_asked_and_others_are_carried_on(site: Any, network: Network) -> None:
    url, now = site.serve("/feed", rss("http://a.test/1"), media="text/xml"), datetime.now(UTC)
    waiting = FeedState(url, now, now + timedelta(hours=1))
    other = FeedState("http://b.test/feed", now, now)
    pipeline = beam.Pipeline(runner="FnApiRunner")
    states = pipeline | "States" >> beam.Create([waiting, other])
    polled = pipeline | beam.Create([source(url)]) | FetchFeeds(POLICY, states, network=network)
    assert_that(polled[ENTRIES], equal_to([]), label="entries")
    assert_that(polled[POLLED], equal_to([Polled(Outcome.NOT_DUE, waiting)]), label="polled")
    assert_that(polled[UNASKED], equal_to([other]), label="unasked")
    pipeline.run()
    assert site.requests == []
