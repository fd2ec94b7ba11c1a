"""FetchFeeds: from the URLs of feeds to their entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import apache_beam as beam

from schemas import RawPage, Rejection, Source, refuse
from transforms.sources.feeds import parse_feed
from transforms.web.address import Network
from transforms.web.fetch import FEEDS, Answer, FetchPolicy, Refusal, fetch
from transforms.web.hosts import STAGE, FetchByHost, Fetcher


def fetch_feed(
    source: Source, policy: FetchPolicy, *, network: Network | None = None
) -> Iterator[RawPage | Rejection]:
    """Fetches the feed at `source.uri` and gives its entries, or the rejection that says why not."""
    yield from entries_of(source, fetch(source.uri, policy, media=FEEDS, network=network))


def entries_of(source: Source, answer: Answer) -> Iterator[RawPage | Rejection]:
    """Gives the entries of a feed that was asked for."""
    if isinstance(answer, Refusal):
        yield refuse(source, STAGE, answer.reason, answer.detail)
    else:
        yield from parse_feed(answer.body, source, answer.charset, answer.fetched_at)


def _address(source: Source) -> str:
    return source.uri


@dataclass
class FetchFeeds(beam.PTransform[Any, Any]):
    """Fetches feeds, from sources of kind `FEED_URL` to their entries (`via` is `feed`) and rejections.

    Rejections before it pass through.

    Attributes:
        policy: Limits and manners.
        network: In place of the policy's own.
    """

    policy: FetchPolicy
    network: Network | None = None

    def expand(self, items: Any) -> Any:
        """Returns a PCollection of pages and rejections."""
        return items | FetchByHost(self.policy, _address, Fetcher.feed, entries_of, self.network)
