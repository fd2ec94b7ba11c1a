"""Polls: one look at a feed, from what is known of it to its new entries and what is known then.

No I/O here: whether to ask and for what, and what the answer means.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from schemas import RawPage, Reason, Rejection, Source, refuse
from transforms.sources.compression import decompressed
from transforms.sources.entries import digest_of
from transforms.sources.feeds import parse_feed
from transforms.sources.sitemaps import named_sitemaps
from transforms.sources.storage import ReadError
from transforms.web.feed_state import FeedState, forget_entries
from transforms.web.fetch import NO_VALIDATORS, Answer, Fetched, Refusal
from transforms.web.fetcher import STAGE, Request
from transforms.web.schedule import (
    EARLY_SHARE,
    MAX_MISSING,
    OFF_SECONDS,
    backoff,
    declared_interval,
    mean_gap,
    poll_interval,
)

#: Entries of a feed that are remembered; a feed has some dozens, a sitemap so many at most.
MAX_ENTRIES = 50_000
#: Bytes of a feed or sitemap that came as a compressed file; what sitemaps.org allows.
MAX_FEED_BYTES = 50 * 1024 * 1024
#: How long an unbroken row of 304 is believed; then the whole feed is asked for and compared.
TRUST_304 = timedelta(days=1)

_NOT_MODIFIED, _NOT_FOUND, _GONE = 304, 404, 410


class Outcome(StrEnum):
    """What became of a feed in a run; the run's JSON counts them."""

    FOLLOWED = "followed"  # it names sitemaps, which are asked in its place
    CHANGED = "changed"  # it was read and has new entries, or is another version at least
    UNCHANGED = "unchanged"  # 304, or the same body
    NOT_DUE = "not-due"  # not asked: its interval or its back-off is not over
    OFF = "off"  # not asked: it was gone, or missing too often
    FAILED = "failed"  # asked in vain; a rejection says why


@dataclass(frozen=True, slots=True)
class Poll:
    """A feed to look at.

    Attributes:
        source: As listed.
        state: What is known of it, None if nothing is.
        with_pages: Whether the pages behind its entries are fetched too.
    """

    source: Source
    state: FeedState | None = None
    with_pages: bool = True


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of a feed.

    Attributes:
        outcome: In a word.
        state: What is known of it now.
        known_entries: Entries that were read, but taken by an earlier run.
    """

    outcome: Outcome
    state: FeedState
    known_entries: int = 0


def prepare(poll: Poll, now: datetime) -> Poll | Polled:
    """Returns the poll as it is to be made, or what stands in its place where it is not due."""
    state = poll.state
    if state is None:
        return poll
    if state.anew or (poll.with_pages and not state.with_pages):
        state = forget_entries(state)
    if now < _due_at(state, poll.source, now):
        return Polled(Outcome.OFF if state.off else Outcome.NOT_DUE, state)
    return replace(poll, state=state)


def _due_at(state: FeedState, source: Source, now: datetime) -> datetime:
    """Returns when a feed may be asked again: an interval that was shortened since holds at once.

    One that was asked for in times to come may be asked now: the clock was wrong then.
    """
    if state.polled_at > now:
        return now
    if state.failures or source.poll_interval is None:
        return state.due_at
    return min(state.due_at, state.polled_at + _early(source.poll_interval))


def _early(interval: float) -> timedelta:
    return timedelta(seconds=(1 - EARLY_SHARE) * interval)


def request_of(poll: Poll) -> Request:
    """Returns what to ask for: where the feed is now, and only if it is another than the one known."""
    state = poll.state
    if state is None:
        return Request(poll.source.uri)
    url = state.moved_to or state.url
    trusted = state.trusts_304 and state.body_hash and state.read_at
    fresh = trusted and state.polled_at - state.read_at < TRUST_304  # type: ignore[operator]
    return Request(url, state.validators) if fresh else Request(url)


def settle(poll: Poll, answer: Answer, now: datetime) -> Iterator[RawPage | Source | Rejection | Polled]:
    """Yields the new entries of a feed that was asked for, what cannot be read in it, and what is known now.

    An index of sitemaps and a robots.txt give the sitemaps that they name, and are asked for whole each time:
    these change while it does not.

    Args:
        poll: As made.
        answer: What came.
        now: When it came, in UTC.
    """
    state = poll.state or FeedState(poll.source.uri, now, now)
    state = replace(state, polled_at=now, with_pages=poll.with_pages)
    if isinstance(answer, Refusal) and answer.status == _NOT_MODIFIED and state.body_hash:
        state = replace(state, moved_to=answer.moved_to or state.moved_to)
        yield Polled(Outcome.UNCHANGED, _answered(state, poll.source, now))
        return
    if isinstance(answer, Refusal):
        yield refuse(poll.source, STAGE, answer.reason, answer.detail)
        yield Polled(Outcome.FAILED, _failed(state, answer, now))
        return
    try:
        body = _unpacked(answer.body)
    except ReadError as error:
        yield refuse(poll.source, STAGE, error.reason, error.detail)
        yield Polled(Outcome.FAILED, _failed(state, Refusal(error.reason, error.detail), now))
        return
    named = named_sitemaps(body, poll.source, answer.fetched_at)
    if named is not None:
        yield from named
        state = replace(forget_entries(state), moved_to=answer.moved_to or state.moved_to, changed_at=now)
        yield Polled(Outcome.FOLLOWED, _answered(state, poll.source, now))
        return
    body_hash = _digest(answer.body).hex()
    if body_hash == state.body_hash:
        yield Polled(Outcome.UNCHANGED, _answered(_received(state, answer, now), poll.source, now))
        return
    items = list(parse_feed(body, poll.source, answer.charset, answer.fetched_at))
    if len(items) == 1 and isinstance(items[0], Rejection) and items[0].source_uri == poll.source.uri:
        yield items[0]
        refusal = Refusal(items[0].reason, items[0].detail)
        yield Polled(Outcome.FAILED, _failed(state, refusal, now))
        return
    digests = [_entry_digest(item) for item in items]
    taken = frozenset(state.entries)
    yield from (item for item, digest in zip(items, digests, strict=True) if digest not in taken)
    known = sum(digest in taken for digest in digests)
    state = _changed(state, answer, body_hash, tuple(dict.fromkeys(digests))[:MAX_ENTRIES], now)
    yield Polled(Outcome.CHANGED, _answered(state, poll.source, now), known)


def _entry_digest(item: RawPage | Rejection) -> int:
    if isinstance(item, Rejection):
        return digest_of(item.source_uri, item.reason, item.payload)
    return item.entry.digest if item.entry else 0


def _unpacked(body: bytes) -> bytes:
    """Returns a feed or sitemap that came as a compressed file, or as it is.

    Raises:
        ReadError: It is damaged or too large.
    """
    unpacked = decompressed(io.BufferedReader(io.BytesIO(body))).read(MAX_FEED_BYTES + 1)
    if len(unpacked) > MAX_FEED_BYTES:
        raise ReadError(Reason.TOO_LARGE, f"over {MAX_FEED_BYTES} bytes")
    return unpacked


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=8).digest()


def _received(state: FeedState, answer: Fetched, now: datetime) -> FeedState:
    return replace(
        state,
        validators=answer.validators,
        moved_to=answer.moved_to or state.moved_to,
        read_at=now,
        declared_interval=declared_interval(answer.body),
    )


def _changed(
    state: FeedState, answer: Fetched, body_hash: str, entries: tuple[int, ...], now: datetime
) -> FeedState:
    before = state.changed_at if state.body_hash else None
    lied = bool(state.body_hash) and answer.validators == state.validators != NO_VALIDATORS
    return replace(
        _received(state, answer, now),
        trusts_304=state.trusts_304 and not lied,
        body_hash=body_hash,
        entries=entries,
        changed_at=now,
        gap=mean_gap(state.gap, (now - before).total_seconds()) if before else state.gap,
    )


def _answered(state: FeedState, source: Source, now: datetime) -> FeedState:
    quiet = (now - (state.changed_at or now)).total_seconds()
    learnt = poll_interval(state.gap, quiet, state.declared_interval)
    interval = learnt if source.poll_interval is None else source.poll_interval
    return replace(state, due_at=now + _early(interval), failures=0, missing=0, off=None)


def _failed(state: FeedState, refusal: Refusal, now: datetime) -> FeedState:
    missing = state.missing + 1 if refusal.status == _NOT_FOUND else 0
    failures = state.failures + 1
    off = None
    if refusal.status == _GONE:
        off = refusal.detail
    elif missing >= MAX_MISSING:
        off = f"{refusal.detail}, {missing} times in a row"
    rest = OFF_SECONDS if off else backoff(failures, state.url, refusal.retry_after)
    return replace(
        state,
        due_at=now + timedelta(seconds=rest),
        moved_to=None,  # where it was listed may answer when where it moved to does not
        failures=failures,
        missing=missing,
        off=off,
    )
