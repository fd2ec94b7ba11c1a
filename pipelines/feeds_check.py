"""Feeds check: what each feed of a list answers, without writing anything."""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipelines.usage import Parser, UsageError
from pipelines.web_options import add_web_options, check_contact, policy_of
from schemas import Kind, RawPage, Rejection, Source
from transforms.sources import list_sources, read_source
from transforms.web import FetchPolicy
from transforms.web.feeds import entries_of
from transforms.web.fetch import Fetched, host_of
from transforms.web.fetcher import Fetcher, Request
from transforms.web.hosts import gather
from transforms.web.schedule import declared_interval


@dataclass(frozen=True, slots=True)
class FeedReport:
    """What a feed answered.

    Attributes:
        url: As listed; or the path of a stored feed.
        kind: Content type; `stored` of a file, `names 3 sitemaps` of an index or a robots.txt.
        entries: That can be read.
        newest: Latest publication time among them, in UTC.
        interval: Seconds between two looks that the list or the feed asks for; 0 where neither does.
        robots: Whether robots.txt permits the page of the first entry: `allowed`, `disallowed`, or why it
            cannot be said.
        trouble: Why it gives neither entries nor sitemaps; None if it gives some.
    """

    url: str
    kind: str | None = None
    entries: int = 0
    newest: datetime | None = None
    interval: float = 0.0
    robots: str | None = None
    trouble: str | None = None


def parse(arguments: Sequence[str]) -> tuple[list[str], FetchPolicy]:
    """Reads and checks what stands behind `newsbeam feeds`.

    Raises:
        UsageError: The call is wrong.
        SystemExit: `--help` was asked for.
    """
    parser = Parser(
        prog="newsbeam feeds", description="Tells what each feed of a list answers.", allow_abbrev=False
    )
    parser.add_argument("command", choices=["check"])
    parser.add_argument(
        "lists", nargs="+", metavar="LIST", help="an OPML or .feeds.csv file, or the URL of a feed"
    )
    add_web_options(parser)
    parsed: argparse.Namespace = parser.parse_args(arguments)
    return parsed.lists, policy_of(parsed)


def check_feeds(lists: Iterable[str], policy: FetchPolicy) -> list[FeedReport]:
    """Returns a report a feed, in the order of the lists; many hosts are asked at once, each one gently.

    Raises:
        UsageError: The user agent says too little, or there is no feed to check.
    """
    found = [item for given in lists for item in list_sources(given)]
    sources = [item for item in found if not isinstance(item, Source) or item.kind in _FEEDS]
    if not sources:
        raise UsageError("no feeds to check: name an OPML or .feeds.csv file, or the URL of a feed")
    urls = [item.uri for item in sources if isinstance(item, Source) and item.kind is Kind.FEED_URL]
    check_contact(policy.user_agent, urls)
    fetcher, by_host = Fetcher(policy), dict[str, list[tuple[int, Source | Rejection]]]()
    for number, item in enumerate(sources):
        host = host_of(item.uri) if isinstance(item, Source) else ""
        by_host.setdefault(host, []).append((number, item))
    reports = dict(gather(_check_in_turn(fetcher, policy, items) for items in by_host.values()))
    return [reports[number] for number in range(len(sources))]


_FEEDS = frozenset({Kind.FEED, Kind.FEED_URL})


def _check_in_turn(
    fetcher: Fetcher, policy: FetchPolicy, items: Iterable[tuple[int, Source | Rejection]]
) -> Iterator[tuple[int, FeedReport]]:
    for number, item in items:
        if isinstance(item, Rejection):
            yield number, FeedReport(item.source_uri, trouble=f"{item.reason}: {item.detail}")
        elif item.kind is Kind.FEED:
            yield number, report_of(item, "stored", read_source(item, policy.max_page_bytes))
        else:
            yield number, _ask(fetcher, item)


def _ask(fetcher: Fetcher, source: Source) -> FeedReport:
    answer = fetcher.feed(Request(source.uri))
    kind, declared = None, 0.0
    if isinstance(answer, Fetched):
        kind, declared = answer.content_type, declared_interval(answer.body)
    items = list(entries_of(source, answer))
    link = next((item.url for item in items if isinstance(item, RawPage) and item.url), None)
    return report_of(source, kind, items, declared, _robots(fetcher, link) if link else None)


def _robots(fetcher: Fetcher, link: str) -> str:
    refusal = fetcher.robots(link)
    if refusal is None:
        return "allowed"
    return "disallowed" if refusal.reason == "robots" else refusal.detail


def report_of(
    source: Source,
    kind: str | None,
    items: Iterable[RawPage | Source | Rejection],
    declared: float = 0.0,
    robots: str | None = None,
) -> FeedReport:
    """Returns the report of a feed by what was read in it."""
    items = list(items)
    entries = [item for item in items if isinstance(item, RawPage)]
    times = [entry.metadata.published_at for entry in entries if entry.metadata.published_at]
    trouble = None
    named = sum(isinstance(item, Source) for item in items)
    if named:
        kind = f"names {named} sitemap{'s' if named > 1 else ''}"
    elif not entries:
        first = next((item for item in items if isinstance(item, Rejection)), None)
        trouble = f"{first.reason}: {first.detail}" if first else "no entries"
    return FeedReport(
        url=source.uri,
        kind=kind,
        entries=len(entries),
        newest=max(times, default=None),
        interval=declared if source.poll_interval is None else source.poll_interval,
        robots=robots,
        trouble=trouble,
    )
