"""FetchFeeds: from feeds, and what is known of them, to their new entries and what is known then.

Sitemaps that an index or a robots.txt names are fetched like feeds, one round after the other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import apache_beam as beam

from schemas import RawPage, Reason, Rejection, Source
from transforms.steps import Only, count
from transforms.web.address import Network
from transforms.web.feed_state import FeedState, newest
from transforms.web.fetch import Answer, Refusal
from transforms.web.fetcher import STAGE, Fetcher, Request
from transforms.web.hosts import FetchByHost
from transforms.web.policy import FetchPolicy
from transforms.web.polls import Poll, Polled, prepare, request_of, settle

#: The outputs of `FetchFeeds`.
ENTRIES, POLLED, UNASKED = "entries", "polled", "unasked"
#: From a robots.txt to an index, from there to a sitemap.
LEVELS = 2


def entries_of(source: Source, answer: Answer) -> Iterator[RawPage | Source | Rejection]:
    """Gives the entries of a feed that was asked for, or the sitemaps it names, whatever is known of it."""
    for result in settle(Poll(source), answer, datetime.now(UTC)):
        if not isinstance(result, Polled):
            yield result


def read_web(
    source: Source, ask: Callable[[Request], Answer], levels: int = LEVELS
) -> Iterator[RawPage | Rejection]:
    """Yields the entries of a feed or sitemap, or of the sitemaps that it names, one after the other.

    Args:
        source: What to fetch.
        ask: Fetches it.
        levels: How often one that was named may name others.
    """
    for item in entries_of(source, ask(Request(source.uri))):
        if not isinstance(item, Source):
            yield item
        elif levels:
            yield from read_web(item, ask, levels - 1)
        else:
            yield too_deep(item)


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
        found = [items | "Take rejections" >> Only(Rejection)]
        polled, sources, states = [], items | "Take sources" >> Only(Source), self.states
        before = items.pipeline | "Begin" >> beam.Create([]).with_output_types(tuple[str, None])
        if states is None:
            states = items.pipeline | "Know nothing" >> beam.Create([]).with_output_types(FeedState)
        for level in range(LEVELS + 1):
            asked, waiting, states = self._ask(sources, states, before, level)
            found.append(asked | f"Take entries {level}" >> Only(RawPage | Rejection))  # type: ignore[arg-type]
            polled += [waiting, asked | f"Take states {level}" >> Only(Polled)]
            names = [some | f"Name {n}" >> beam.Map(_name) for n, some in enumerate(polled[-2:], 2 * level)]
            before = (before, *names) | f"Add names {level}" >> beam.Flatten()
            sources = asked | f"Take the named {level}" >> Only(Source)
        found.append(sources | "Go no deeper" >> beam.Map(_too_deep_counted))
        return {
            ENTRIES: found | "All entries" >> beam.Flatten(),
            POLLED: polled | "All polled" >> beam.Flatten(),
            UNASKED: states,
        }

    def _ask(self, sources: Any, states: Any, before: Any, level: int) -> tuple[Any, Any, Any]:
        """Asks for the sources that are due; returns what came, what had to wait, and the other states."""
        polls = (
            {
                "sources": sources | f"Key sources {level}" >> beam.WithKeys(lambda source: source.uri),
                "states": states | f"Key states {level}" >> beam.WithKeys(lambda state: state.url),
                "before": before,
            }
            | f"Join {level}" >> beam.CoGroupByKey()
            | f"Choose {level}" >> beam.FlatMap(_choose, self.with_pages)
        )
        gives = RawPage | Source | Polled
        fetch = FetchByHost(self.policy, request_of, Fetcher.feed, settle_now, gives, self.network)
        asked = polls | f"Take polls {level}" >> Only(Poll) | f"Fetch {level}" >> fetch
        waiting = polls | f"Take those that wait {level}" >> Only(Polled)
        return asked, waiting, polls | f"Take the unasked {level}" >> Only(FeedState)


def _choose(group: tuple[str, Any], with_pages: bool) -> Iterator[Poll | Polled | FeedState]:
    """Yields a feed that was not asked before, and once, however many lists or sitemaps name it."""
    _, found = group
    if list(found["before"]):
        return
    state = newest(found["states"])
    source: Source | None = min(found["sources"], key=repr, default=None)
    if source:
        yield prepare(Poll(source, state, with_pages), datetime.now(UTC))
    elif state:
        yield state


def _name(polled: Polled) -> tuple[str, None]:
    return polled.state.url, None


def settle_now(poll: Poll, answer: Answer) -> Iterator[RawPage | Source | Rejection | Polled]:
    """Gives what `settle` does, now; whatever is odd about a feed is told of it."""
    now = datetime.now(UTC)
    try:
        yield from list(settle(poll, answer, now))
    except Exception as error:  # one odd feed must not end a run over thousands
        yield from settle(poll, Refusal(Reason.FAILED, f"{type(error).__name__}: {error}"), now)


def too_deep(source: Source) -> Rejection:
    """Returns the rejection of a sitemap that lies below more than `LEVELS` others."""
    return Rejection(source.uri, STAGE, Reason.NOT_A_FEED, "named by an index that an index named")


def _too_deep_counted(source: Source) -> Rejection:
    rejection = too_deep(source)
    count(f"rejects/{rejection.reason}")
    return rejection
