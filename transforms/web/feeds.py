"""FetchFeeds: from feeds, and what is known of them, to their new entries and what is known then."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam

from schemas import RawPage, Reason, Rejection, Source
from transforms.steps import Only
from transforms.web.address import Network
from transforms.web.feed_state import FeedState, newest
from transforms.web.fetch import Answer, FetchPolicy, Refusal
from transforms.web.fetcher import Fetcher
from transforms.web.hosts import FetchByHost
from transforms.web.polls import Poll, Polled, prepare, request_of, settle

#: The outputs of `FetchFeeds`.
ENTRIES, POLLED, UNASKED = "entries", "polled", "unasked"


def entries_of(source: Source, answer: Answer) -> Iterator[RawPage | Rejection]:
    """Gives the entries of a feed that was asked for, whatever is known of it."""
    for result in settle(Poll(source), answer, datetime.now(UTC)):
        if not isinstance(result, Polled):
            yield result


@dataclass
class FetchFeeds(beam.PTransform[Any, Any]):
    """Fetches the feeds that are due.

    From sources of kind `FEED_URL` to `ENTRIES` (pages, `via` is `feed`, and rejections; rejections before it
    pass through), to `POLLED`, what became of each feed, and to `UNASKED`, the states of feeds that were none
    of the sources.

    Attributes:
        policy: Limits and manners.
        states: PCollection of `FeedState`; None to know nothing of any feed.
        with_pages: Whether the pages behind the entries will be fetched.
        network: In place of the policy's own.
    """

    policy: FetchPolicy
    states: Any = None
    with_pages: bool = True
    network: Network | None = None

    def expand(self, items: Any) -> dict[str, Any]:
        """Returns a PCollection an output."""
        sources = items | "Take sources" >> Only(Source)
        known = self.states
        if known is None:
            known = items.pipeline | "Know nothing" >> beam.Create([]).with_output_types(FeedState)
        polls = (
            {
                "sources": sources | "Key sources" >> beam.WithKeys(lambda source: source.uri),
                "states": known | "Key states" >> beam.WithKeys(lambda state: state.url),
            }
            | "Join" >> beam.CoGroupByKey()
            | "Choose" >> beam.FlatMap(_choose, self.with_pages)
        )
        asked = (
            polls
            | "Take polls" >> Only(Poll)
            | "Fetch"
            >> FetchByHost(self.policy, request_of, Fetcher.feed, _settle_now, RawPage | Polled, self.network)
        )
        refused = items | "Take rejections" >> Only(Rejection)
        read = asked | "Take entries" >> Only(RawPage | Rejection)  # type: ignore[arg-type]
        waiting = polls | "Take those that wait" >> Only(Polled)
        polled = asked | "Take states" >> Only(Polled)
        return {
            ENTRIES: (refused, read) | "Entries and rejections" >> beam.Flatten(),
            POLLED: (waiting, polled) | "All polled" >> beam.Flatten(),
            UNASKED: polls | "Take the unasked" >> Only(FeedState),
        }


def _choose(group: tuple[str, Any], with_pages: bool) -> Iterator[Poll | Polled | FeedState]:
    _, found = group
    sources: Iterable[Source] = sorted(found["sources"], key=repr)
    state = newest(found["states"])
    now, listed = datetime.now(UTC), False
    for source in sources:
        listed = True
        yield prepare(Poll(source, state, with_pages), now)
    if state and not listed:
        yield state


def _settle_now(poll: Poll, answer: Answer) -> Iterator[RawPage | Rejection | Polled]:
    now = datetime.now(UTC)
    try:
        yield from list(settle(poll, answer, now))
    except Exception as error:  # one odd feed must not end a run over thousands
        yield from settle(poll, Refusal(Reason.FAILED, f"{type(error).__name__}: {error}"), now)
