"""The command `newsbeam inspect`: what each step does to one document."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

from pipelines.options import taxonomy_of
from pipelines.usage import Parser, UsageError
from schemas import Document, Kind, Media, RawPage, Rejection, Source, refuse
from schemas.block import Judged
from transforms.blocks import extract_article
from transforms.charset import UndecodableError, decode
from transforms.clean import clean_page
from transforms.dump import clean_dump
from transforms.html_limits import cap_attributes
from transforms.language import with_language
from transforms.page import Extractor, is_fragment
from transforms.sources import list_sources, read_source
from transforms.topics import TopicMatcher, tag_topics
from transforms.topics.evidence import Explanation
from transforms.web import FetchPolicy
from transforms.web.fetch import Refusal
from transforms.web.fetcher import Fetcher, Request

#: Topics that do not apply, but of which something was found: so many are shown.
NEAR_MISSES = 3


@dataclass(frozen=True, slots=True)
class Inspection:
    """What became of a document.

    Attributes:
        page: The input; None where it could not be read.
        lines: Its lines or blocks; empty where it was taken whole.
        outcome: The article with language and topics, or why there is none.
        topics: Why topics apply or do not, those that apply first.
    """

    page: RawPage | None
    lines: tuple[Judged, ...]
    outcome: Document | Rejection
    topics: tuple[Explanation, ...]


def make_parser() -> argparse.ArgumentParser:
    """Returns the parser of what stands behind `newsbeam inspect`."""
    parser = Parser(
        prog="newsbeam inspect",
        description="Shows what each step does to one document.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "input",
        metavar="FILE|URL",
        help="a file as for `ingest`, of which the first document is taken; a `source_uri` of a dataset "
        "(x.warc.gz#1234); or the URL of a page",
    )
    add("--topics", metavar="FILE", help="as for `newsbeam ingest`")
    add("--extractor", choices=[str(extractor) for extractor in Extractor], default=str(Extractor.FAST))
    add("--allow-private-hosts", action="store_true", help="let the request reach private addresses")
    return parser


def inspect(arguments: Sequence[str]) -> Inspection:
    """Reads, cleans and tags the one document that stands behind `newsbeam inspect`.

    Raises:
        UsageError: The call is wrong.
        SystemExit: `--help` was asked for.
    """
    parsed = make_parser().parse_args(list(arguments))
    matcher = TopicMatcher(taxonomy_of(parsed.topics))
    page = _read(parsed.input, FetchPolicy(allow_private_hosts=parsed.allow_private_hosts))
    if isinstance(page, Rejection):
        return Inspection(None, (), page, ())
    return inspect_page(page, datetime.now(UTC).date(), Extractor(parsed.extractor), matcher)


def inspect_page(page: RawPage, run_date: date, extractor: Extractor, matcher: TopicMatcher) -> Inspection:
    """Returns what becomes of a page."""
    cleaned = clean_page(page, run_date, extractor)
    lines = tuple(judged_lines(page))
    if isinstance(cleaned, Rejection):
        return Inspection(page, lines, cleaned, ())
    document = tag_topics(with_language(cleaned), matcher)
    explained = matcher.explain(document.title, document.text, document.language)
    applies = [one for one in explained if one.applies]
    missed = islice((one for one in explained if not one.applies), NEAR_MISSES)
    return Inspection(page, lines, document, (*applies, *missed))


def judged_lines(page: RawPage) -> Iterator[Judged]:
    """Yields the lines of a text, or the blocks of a page, as they were judged.

    Nothing for a fragment (of a feed, of a row), which is taken whole, and for what cannot be decoded.
    """
    try:
        source = decode(page.body, page.charset, page.media)
    except UndecodableError:
        return
    if page.via == "feed":
        return
    if page.media is Media.TEXT:
        yield from clean_dump(source, page.metadata.title).lines
    elif not is_fragment(source):
        yield from extract_article(cap_attributes(source)).judged


def _read(given: str, policy: FetchPolicy) -> RawPage | Rejection:
    if given.lower().startswith(("http://", "https://")):
        answer = Fetcher(policy).article(Request(given))
        if isinstance(answer, Refusal):
            return refuse(given, "fetch", answer.reason, answer.detail)
        return RawPage(
            given, "page", answer.body, Media.HTML, answer.charset, answer.url, fetched_at=answer.fetched_at
        )
    file, _, record = given.rpartition("#") if "#" in given else (given, "", "")
    sources = list(list_sources(file))
    refused = [source for source in sources if isinstance(source, Rejection)]
    if refused:
        return refused[0]
    files = [s for s in sources if isinstance(s, Source) and s.kind is not Kind.FEED_URL]
    for source in files:
        for page in read_source(source, policy.max_page_bytes):
            if not record or page.source_uri.rpartition("#")[2] == record:
                return page
    raise UsageError(f"{given}: there is no such document in it; give FILE alone for the first one")
