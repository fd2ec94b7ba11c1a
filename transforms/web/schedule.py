"""Schedule: when a feed is looked at again, from how often it changes and how it fails. Pure functions.

Nothing here is left to chance: the jitter that keeps feeds of one host apart follows from their addresses.
"""

import hashlib
import re

_HOUR = 3600.0
_DAY = 24 * _HOUR

#: Longest interval between two looks at a feed that answers: a nightly run finds every such feed due.
MAX_INTERVAL = 12 * _HOUR
#: Share of the usual time between two changes; four looks catch a change within a quarter of it.
GAP_SHARE = 0.25
#: Share of the time without a change: the heuristic freshness of RFC 9111, 4.2.2.
QUIET_SHARE = 0.1
#: Weight of the last time between two changes against all those before.
GAP_WEIGHT = 0.5
#: Part of an interval by which a feed is due early, so that an hourly schedule finds an hourly feed due.
EARLY_SHARE = 0.1

#: Rest after the first failure of a feed, doubled with each further one.
FIRST_BACKOFF = 60.0
MAX_BACKOFF = 12 * _HOUR
#: Longest `Retry-After` that is obeyed.
MAX_RETRY_AFTER = 7 * _DAY
#: Part of a rest that jitter adds at most.
JITTER = 0.25
#: Answers 404 in a row after which a feed is switched off.
MAX_MISSING = 5
#: After this time a feed that was switched off is looked at once more.
OFF_SECONDS = 30 * _DAY

_PERIODS = {"hourly": _HOUR, "daily": _DAY, "weekly": 7 * _DAY, "monthly": 30 * _DAY, "yearly": 365 * _DAY}
_FIRST_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</")
_PERIOD = re.compile(rb"<(?:\w+:)?updatePeriod>\s*(\w+)\s*</")
_FREQUENCY = re.compile(rb"<(?:\w+:)?updateFrequency>\s*(\d{1,6})\s*</")


def backoff_factor(failures: int, key: str) -> float:
    """Returns 1, 2, 4, … for the first, second, third … failure in a row, with the jitter of `key`."""
    digest = hashlib.blake2b(f"{failures} {key}".encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return 2.0 ** min(failures - 1, 32) * (1 + JITTER * int.from_bytes(digest, "big") / 2**32)


def backoff(failures: int, url: str, retry_after: float | None = None) -> float:
    """Returns the seconds of rest after so many failures in a row, at least what the server asks for."""
    own = min(FIRST_BACKOFF * backoff_factor(failures, url), MAX_BACKOFF)
    return max(own, min(retry_after or 0.0, MAX_RETRY_AFTER))


def mean_gap(before: float | None, gap: float) -> float:
    """Returns the usual seconds between two changes, after one more was seen."""
    return gap if before is None else (1 - GAP_WEIGHT) * before + GAP_WEIGHT * gap


def poll_interval(gap: float | None, quiet: float, declared: float) -> float:
    """Returns the seconds until the next look at a feed.

    Args:
        gap: Usual seconds between two changes; None where none was seen yet.
        quiet: Seconds since the last change.
        declared: Seconds between two looks that the feed itself asks for; 0 where it does not.
    """
    learnt = max(GAP_SHARE * (gap or 0.0), QUIET_SHARE * quiet)
    return min(max(learnt, declared), MAX_INTERVAL)


def declared_interval(feed: bytes) -> float:
    """Returns the seconds between two looks that RSS asks for, by `ttl` or `sy:updatePeriod`; 0 if by none.

    `ttl` counts minutes; `sy:updateFrequency` says how often within the period.
    """
    first = _FIRST_ENTRY.search(feed)
    head = feed[: first.start()] if first else feed
    ttl, period, frequency = _TTL.search(head), _PERIOD.search(head), _FREQUENCY.search(head)
    seconds = 60.0 * int(ttl[1]) if ttl else 0.0
    if period:
        name = period[1].decode("ascii", "replace").lower()
        seconds = max(seconds, _PERIODS.get(name, 0.0) / max(1, int(frequency[1]) if frequency else 1))
    return seconds
