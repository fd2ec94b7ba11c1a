"""FetchArticles: from the entries of feeds to the pages they link to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import apache_beam as beam
from resiliparse.parse.html import HTMLTree

from schemas import FeedEntry, Media, RawPage, Reason, Rejection, refuse
from transforms.steps import Only, count
from transforms.web.address import Network
from transforms.web.fetch import Answer, Fetched, Refusal
from transforms.web.fetcher import STAGE, Fetcher, Request, is_lost
from transforms.web.hosts import FetchByHost
from transforms.web.opt_outs import page_opt_out
from transforms.web.policy import FetchPolicy

#: The outputs of `FetchArticles`.
FETCHED, LOST = "fetched", "lost"


def article_or_refusal(entry: RawPage, answer: Answer, user_agent: str) -> RawPage | Refusal:
    """Returns the page that `entry` links to, with all that the feed says of it, or why there is none."""
    if isinstance(answer, Refusal):
        return answer
    if not answer.body.strip():
        return Refusal(Reason.EMPTY, "the page is empty")
    if sign := answer.opt_out or page_opt_out(answer.body, user_agent):
        return Refusal(Reason.OPT_OUT, sign)
    return page_of(entry, answer)


def page_of(entry: RawPage, fetched: Fetched) -> RawPage:
    """Returns `entry` with the fetched page as its body; its URL stays the link as given."""
    return replace(
        entry,
        via="page",
        body=fetched.body,
        media=Media.HTML,
        charset=fetched.charset,
        fetched_at=fetched.fetched_at,
    )


def has_text(entry: RawPage) -> bool:
    """Tells whether the body holds anything to read; pictures and empty markup are nothing."""
    if entry.media is Media.TEXT:
        return bool(entry.body.strip())
    body = HTMLTree.parse_from_bytes(entry.body, entry.charset or "utf-8", errors="replace").body
    return body is not None and bool((body.text or "").strip())


def _settle(user_agent: str, entry: RawPage, answer: Answer) -> Iterator[RawPage | Rejection | FeedEntry]:
    if is_lost(answer) and entry.entry:
        yield entry.entry
    article = article_or_refusal(entry, answer, user_agent)
    if isinstance(article, RawPage):
        yield article
    elif has_text(entry):
        count(f"fetch-fallback/{article.reason}")
        yield replace(entry, stands_in_for=article.reason)
    else:
        yield refuse(entry, STAGE, article.reason, article.detail)


def _link(entry: RawPage) -> Request:
    return Request(entry.url or "")


@dataclass
class FetchArticles(beam.PTransform[Any, Any]):
    """Fetches the page of each feed entry; where that fails, the entry's own content stands in for it.

    From entries (`via` is `feed`) to `FETCHED`: pages (`via` is `page`), entries whose page could not be had,
    and rejections of those of them that have no text of their own. Rejections before it pass through. And to
    `LOST`: the entries, as `FeedEntry`, whose page may be had later. The counters `fetch-fallback/<reason>`
    tell how many entries stand in for their page.

    Attributes:
        policy: Limits and manners.
        network: In place of the policy's own.
    """

    policy: FetchPolicy
    network: Network | None = None

    def expand(self, items: Any) -> dict[str, Any]:
        """Returns a PCollection an output."""
        settle = partial(_settle, self.policy.user_agent)
        results = items | FetchByHost(
            self.policy, _link, Fetcher.article, settle, RawPage | FeedEntry, self.network
        )
        return {
            FETCHED: results | "Take articles" >> Only(RawPage | Rejection),  # type: ignore[arg-type]
            LOST: results | "Take the lost" >> Only(FeedEntry),
        }
