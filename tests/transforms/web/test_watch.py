"""Rounds of a source of feeds, as a runner calls them, against a site on loopback."""

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from apache_beam.io.watermark_estimators import ManualWatermarkEstimator
from apache_beam.runners.sdf_utils import RestrictionTrackerView, ThreadsafeRestrictionTracker
from apache_beam.utils.timestamp import Timestamp

from schemas import Kind, RawPage, Rejection, Source
from transforms.web import watch
from transforms.web.feed_state import FORGET_AFTER, FORGET_ENTRIES_AFTER, FeedState
from transforms.web.policy import FetchPolicy
from transforms.web.polls import Outcome, Polled
from transforms.web.watch import Round, RoundTracker, part_of

INTERVAL = 60.0
POLICY = FetchPolicy(host_delay=0.0, timeout=5.0)


def feed(*names: str) -> str:
    items = "".join(f"<item><title>{name}</title><link>/{name}</link></item>" for name in names)
    return f"<rss version='2.0'><channel><title>Tide</title>{items}</channel></rss>"


class Worker:
    """Does what a runner does with one part of the feeds: calls, keeps what is left, calls again."""

    def __init__(self, network: Any, *urls: str) -> None:
        self.part = tuple(Source(url, Kind.FEED_URL, poll_interval=0.0) for url in urls), ()
        self.left = Round(0.0, {})
        self.watermark = ManualWatermarkEstimator(None)
        self.fn = watch._WatchFn(POLICY, network, INTERVAL, with_pages=True)
        self.fn.setup()

    def call(self) -> Iterator[Any]:
        """Yields what a call gives; keeps what it leaves for the next one and when that should come."""
        self.tracker = ThreadsafeRestrictionTracker(RoundTracker(self.left))
        yield from self.fn.process(self.part, RestrictionTrackerView(self.tracker), self.watermark)
        self.tracker.check_done()
        if deferred := self.tracker.deferred_status():
            self.left = deferred[0]

    def round(self) -> list[Any]:
        return [stamped.value for stamped in self.call()]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Moves the time of the source on; that of the feeds goes on as ever."""
    ahead = [0.0]
    real = time.time
    monkeypatch.setattr(watch.time, "time", lambda: real() + ahead[0])

    def wait(seconds: float) -> None:
        ahead[0] += seconds

    return wait


def titles(items: list[Any]) -> list[str | None]:
    return [item.metadata.title for item in items if isinstance(item, RawPage)]


def outcomes(items: list[Any]) -> list[Outcome]:
    return [item.outcome for item in items if isinstance(item, Polled)]


def test_a_round_gives_entries_and_what_is_known_then_and_asks_to_come_back(site: Any, network: Any) -> None:
    worker = Worker(network, site.serve("/feed", feed("one", "two")))
    before = time.time()
    stamped = list(worker.call())
    assert titles([one.value for one in stamped]) == ["one", "two"]
    assert outcomes([one.value for one in stamped]) == [Outcome.CHANGED]
    assert all(
        before <= float(one.timestamp) <= float(worker.watermark.current_watermark()) for one in stamped
    )
    assert list(worker.left.states) == [worker.part[0][0].uri]
    assert worker.left.next_at == pytest.approx(before + INTERVAL, abs=5)


def test_who_comes_back_too_early_finds_nothing_to_do(site: Any, network: Any, clock: Any) -> None:
    worker = Worker(network, site.serve("/feed", feed("one")))
    worker.round()
    asked, marked = len(site.requests), worker.watermark.current_watermark()
    clock(INTERVAL / 2)
    assert worker.round() == []
    assert len(site.requests) == asked
    assert worker.watermark.current_watermark() > marked  # windows close all the same
    assert 0 < float(worker.left.next_at) - watch.time.time() <= INTERVAL


def test_the_next_round_gives_what_is_new_alone(site: Any, network: Any, clock: Any) -> None:
    worker = Worker(network, site.serve("/feed", feed("one")))
    worker.round()
    site.serve("/feed", feed("two", "one"))
    clock(INTERVAL)
    assert titles(worker.round()) == ["two"]


def test_what_is_not_claimed_is_not_given_and_is_left_to_whoever_goes_on(site: Any, network: Any) -> None:
    """The part is taken away after the first feed."""
    worker = Worker(network, site.serve("/a", feed("one")), site.serve("/b", feed("two")))
    call = worker.call()
    assert titles([next(call).value]) == ["one"]
    _, left = worker.tracker.try_split(0.0)
    rest = [stamped.value for stamped in call]
    assert titles(rest) == []
    assert outcomes(rest) == [Outcome.CHANGED]
    worker.left = left
    assert titles(worker.round()) == ["two"]


def test_a_part_is_handed_on_but_never_cut() -> None:
    tracker = RoundTracker(Round(5.0, {}))
    assert tracker.current_progress().with_completed(math.nan).fraction_completed == 0
    with pytest.raises(ValueError, match="left alone"):
        tracker.check_done()
    assert tracker.try_split(0.5) is None
    assert tracker.try_claim(7.0)
    assert tracker.try_split(0.0) == (Round(7.0, {}), Round(7.0, {}))
    assert not tracker.try_claim(9.0)
    tracker.check_done()


def test_time_never_goes_back_for_a_worker_whose_clock_does(site: Any, network: Any) -> None:
    worker = Worker(network, site.serve("/feed", feed("one")))
    ahead = Timestamp.of(time.time() + 300)
    worker.watermark.set_watermark(ahead)
    assert {stamped.timestamp for stamped in worker.call()} == {ahead}


def test_a_feed_that_fails_is_told_and_the_others_go_on(site: Any, network: Any) -> None:
    worker = Worker(network, site.url("/gone", "b.test"), site.serve("/feed", feed("one")))
    found = worker.round()
    assert titles(found) == ["one"]
    assert [item.reason for item in found if isinstance(item, Rejection)] == ["http-status"]
    assert sorted(outcomes(found)) == [Outcome.CHANGED, Outcome.FAILED]


def test_sitemaps_that_an_index_names_are_asked_too(site: Any, network: Any) -> None:
    news = "http://www.google.com/schemas/sitemap-news/0.9"
    site.serve(
        "/news.xml",
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="{news}"><url>'
        f"<loc>{site.url('/one')}</loc><news:news><news:title>one</news:title>"
        "<news:publication_date>2026-11-20</news:publication_date></news:news></url></urlset>",
        media="application/xml",
    )
    index = (
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap>'
        f"<loc>{site.url('/news.xml')}</loc></sitemap></sitemapindex>"
    )
    found = Worker(network, site.serve("/index.xml", index, media="application/xml")).round()
    assert titles(found) == ["one"]
    assert outcomes(found) == [Outcome.FOLLOWED, Outcome.CHANGED]


def test_what_lists_or_sitemaps_name_twice_is_asked_once_a_round(site: Any, network: Any, clock: Any) -> None:
    one, two = site.serve("/one", feed("one")), site.serve("/two", feed("two"))
    robots = site.serve("/robots.txt", f"Sitemap: {one}\nSitemap: {two}\n")
    other = site.serve("/other/robots.txt", f"Sitemap: {two}\n")
    worker = Worker(network, robots, other, one, one)
    assert sorted(titles(worker.round())) == ["one", "two"]
    clock(INTERVAL)
    worker.round()
    asked = [request.path for request in site.requests if request.path in {"/one", "/two"}]
    assert sorted(asked) == ["/one", "/one", "/two", "/two"]


def test_what_is_known_of_feeds_that_none_names_any_more_goes(site: Any, network: Any) -> None:
    url = site.serve("/feed", feed("one"))
    worker = Worker(network, url)
    for name, age in (("young", timedelta(days=1)), ("old", FORGET_ENTRIES_AFTER), ("gone", FORGET_AFTER)):
        at = datetime.now(UTC) - age
        worker.left.states[name] = FeedState(name, at, at, entries=(1,))
    worker.round()
    assert {name: len(state.entries) for name, state in worker.left.states.items()} == {
        "young": 1,
        "old": 0,
        url: 1,
    }


def test_feeds_of_a_host_belong_to_one_part() -> None:
    parts = {part_of(f"https://{host}.example/{path}", 7) for host in ("a",) for path in range(20)}
    assert len(parts) == 1
    assert len({part_of(f"https://{host}.example/", 7) for host in range(200)}) == 7
