from itertools import pairwise

import pytest

from transforms.web.schedule import (
    FIRST_BACKOFF,
    JITTER,
    MAX_BACKOFF,
    MAX_INTERVAL,
    MAX_RETRY_AFTER,
    backoff,
    declared_interval,
    mean_gap,
    poll_interval,
)

URL = "https://tiden.example/rss"


def test_rests_double_up_to_a_limit() -> None:
    rests = [backoff(failures, URL) for failures in range(1, 40)]
    assert FIRST_BACKOFF <= rests[0] <= FIRST_BACKOFF * (1 + JITTER)
    assert all(1.5 < after / before < 2.6 for before, after in pairwise(rests[:8]))
    assert rests[-1] == MAX_BACKOFF


def test_jitter_follows_from_the_address_alone() -> None:
    rests = {backoff(1, f"{URL}/{number}") for number in range(20)}
    assert len(rests) == 20
    assert rests == {backoff(1, f"{URL}/{number}") for number in range(20)}


@pytest.mark.parametrize(
    ("asked", "least"), [(0.0, FIRST_BACKOFF), (3600.0, 3600.0), (1e12, MAX_RETRY_AFTER)]
)
def test_a_server_may_ask_for_a_longer_rest(asked: float, least: float) -> None:
    assert least <= backoff(1, URL, asked) <= max(least, FIRST_BACKOFF * (1 + JITTER))


def test_a_feed_that_changed_a_moment_ago_is_due_at_once() -> None:
    assert poll_interval(gap=None, quiet=0.0, declared=0.0) == 0.0


def test_a_quiet_feed_is_looked_at_ever_more_rarely() -> None:
    intervals = [poll_interval(None, quiet, 0.0) for quiet in (60.0, 3600.0, 86400.0, 1e9)]
    assert intervals == sorted(intervals)
    assert intervals[-1] == MAX_INTERVAL


def test_how_often_it_changed_counts_too() -> None:
    daily = poll_interval(86400.0, 0.0, 0.0)
    assert poll_interval(3600.0, 0.0, 0.0) < daily < 86400.0


def test_what_the_feed_asks_for_is_the_least() -> None:
    assert poll_interval(None, 0.0, 1800.0) == 1800.0
    assert poll_interval(None, 0.0, 1e9) == MAX_INTERVAL


def test_late_gaps_count_for_more() -> None:
    gap = None
    for seen in (86400.0, 3600.0, 3600.0, 3600.0):
        gap = mean_gap(gap, seen)
    assert gap is not None
    assert 3600.0 < gap < 86400.0 / 4


@pytest.mark.parametrize(("head", "seconds"), [
    (b"<rss><channel><ttl> 60 </ttl>", 3600.0),
    (b"<rss><channel><sy:updatePeriod>\n hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
     1800.0),
    (b"<rss><channel><syn:updatePeriod>daily</syn:updatePeriod><ttl>5</ttl>", 86400.0),
    (b"<rss><channel><sy:updatePeriod>sometimes</sy:updatePeriod>", 0.0),
    (b"<rss><channel><ttl>-1</ttl><sy:updateFrequency>0</sy:updateFrequency>", 0.0),
    (b"<rss><channel><item><description>&lt;ttl>5&lt;/ttl></description><ttl>5</ttl></item>", 0.0),
    (b"", 0.0),
])  # fmt: skip
def test_the_interval_that_a_feed_declares(head: bytes, seconds: float) -> None:
    assert declared_interval(head) == seconds
