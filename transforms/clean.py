"""Clean: the step from a page or a text file to a document."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

import apache_beam as beam

from schemas import Document, Media, Metadata, RawPage, Reason, Rejection, refuse
from transforms.agencies import find_agency, without_credits
from transforms.charset import UndecodableError, decode, normalise
from transforms.dates import is_believable
from transforms.declared import read_declared
from transforms.dump import clean_dump
from transforms.html_limits import cap_attributes
from transforms.language import language_code
from transforms.metadata import merge_metadata, page_metadata
from transforms.page import (
    Extractor,
    PageText,
    characters,
    extract_fragment,
    extract_page,
    is_fragment,
    parse_page,
    plain_fragment,
)
from transforms.steps import Attempt
from transforms.titles import key_of, read_headlines
from transforms.urls import canonicalise, choose_canonical, registrable_domain

#: The step's name in rejections.
STAGE = "clean"
#: A text of more lines is a log or a list; to judge the place of each among the others would take seconds.
MAX_LINES = 5_000


def clean_page(page: RawPage, run_date: date, extractor: Extractor = Extractor.FAST) -> Document | Rejection:
    """Returns the article of `page`; its language and topics are left to later steps.

    Args:
        page: HTML (a page, or a fragment as in feeds and rows) or already extracted text.
        run_date: The fetch date of a page that bears none.
        extractor: What finds the article of a page.
    """
    if not page.body.strip():
        return refuse(page, STAGE, Reason.EMPTY, "nothing but white space")
    try:
        source = decode(page.body, page.charset, page.media)
    except UndecodableError as error:
        return refuse(page, STAGE, Reason.UNDECODABLE, str(error))
    if not source.strip():
        return refuse(page, STAGE, Reason.EMPTY, "nothing but white space")
    lines = source.count("\n")
    if page.media is Media.TEXT and lines > MAX_LINES:
        return refuse(page, STAGE, Reason.TOO_COMPLEX, f"{lines} lines of text, over {MAX_LINES}")
    fetched_at = page.fetched_at or datetime.combine(run_date, time(), UTC)
    if page.media is Media.HTML:
        found = _from_html(page, source, fetched_at, extractor)
    else:
        found = _from_text(page, source, fetched_at)
    return found or refuse(page, STAGE, Reason.NO_ARTICLE, f"no article text in {len(source)} characters")


def _from_html(page: RawPage, source: str, fetched_at: datetime, extractor: Extractor) -> Document | None:
    source = cap_attributes(source)
    if page.via == "feed" or is_fragment(source):
        return _document(page, fetched_at, extract_fragment(source), Metadata())
    tree = parse_page(source)
    if tree is None:
        return None
    declared = read_declared(tree)
    url = canonicalise(page.url) if page.url else None  # a hint below, where no odd address may raise
    found = extract_page(source, tree, declared, url, extractor)
    if found is None:
        return None
    headlines = read_headlines(tree, declared, url)
    own = page_metadata(tree, declared, headlines, url, fetched_at)
    return _document(page, fetched_at, found, own, headlines.all())


def _from_text(page: RawPage, source: str, fetched_at: datetime) -> Document | None:
    if page.via == "feed":  # an editor's own text, perhaps one sentence: nothing of a page is left over in it
        return _document(page, fetched_at, plain_fragment(source), Metadata())
    dump = clean_dump(source, page.metadata.title)
    own = Metadata(
        title=dump.title,
        summary=dump.summary,
        authors=dump.authors,
        published_at=dump.published_at,
        published_from=dump.published_from,
        agency=dump.agency,
    )
    return _document(page, fetched_at, PageText(dump.text, "dump", characters(source)), own)


def _document(
    page: RawPage, fetched_at: datetime, found: PageText, own: Metadata, headlines: tuple[str, ...] = ()
) -> Document | None:
    known = merge_metadata(page.metadata, own)
    credited = _without_titles(_lines(found.text), (known.title or "", *headlines))
    text = without_credits(credited)
    if not text:
        return None
    published_at = known.published_at if is_believable(known.published_at, fetched_at) else None
    canonical_url = choose_canonical(page.url, known.canonical_url)
    return Document(
        source_uri=page.source_uri,
        via=page.via,
        text=text,
        text_from=found.text_from,
        boilerplate_share=_share_dropped(characters(text), found.visible_chars),
        url=page.url,
        canonical_url=canonical_url,
        domain=registrable_domain(canonical_url) if canonical_url else None,
        source_id=page.source_id,
        title=_line(known.title),
        summary=_line(known.summary),
        authors=tuple(name for name in map(_line, known.authors) if name),
        agency=known.agency or find_agency(credited),
        published_at=published_at,
        published_from=known.published_from if published_at else None,
        fetched_at=fetched_at,
        declared_languages=_codes(own.language, page.metadata.language),
    )


def _without_titles(text: str, titles: Iterable[str]) -> str:
    """Returns `text` without first lines that repeat a title, unless they are all there is.

    A feed and its page may each have their own headline, and the text may begin with either.
    """
    keys = {key for title in titles if (key := key_of(title))}
    head, _, rest = text.partition("\n")
    while rest and key_of(head) in keys:
        text = rest
        head, _, rest = text.partition("\n")
    return text


def _lines(text: str) -> str:
    """Returns `text` normalised, each line trimmed and its spaces single, without empty lines."""
    return "\n".join(filter(None, (" ".join(line.split()) for line in normalise(text).split("\n"))))


def _codes(*declared: str | None) -> tuple[str, ...]:
    """Returns the different languages that page and source declare, the page's first."""
    return tuple(dict.fromkeys(code for code in map(language_code, declared) if code))


def _line(text: str | None) -> str | None:
    """Returns `text` in one line and normalised, None where nothing is left."""
    return " ".join(normalise(text).split()) or None if text else None


def _share_dropped(kept: int, visible: int) -> float:
    return min(1.0, max(0.0, 1 - kept / visible)) if visible else 0.0


def _clean(run_date: date, extractor: Extractor, page: RawPage) -> Iterator[Document | Rejection]:
    yield clean_page(page, run_date, extractor)


@dataclass
class CleanPages(beam.PTransform[Any, Any]):
    """Pages to documents, and to rejections of those that are no articles; see `clean_page`.

    Attributes:
        run_date: The fetch date of pages that bear none.
        extractor: What finds the article of a page.
    """

    run_date: date
    extractor: Extractor = Extractor.FAST

    def expand(self, pages: Any) -> Any:
        """Returns a PCollection of documents and rejections."""
        return pages | Attempt(STAGE, self._make_work, RawPage, Document)

    def _make_work(self) -> Callable[[RawPage], Iterator[Document | Rejection]]:
        return partial(_clean, self.run_date, self.extractor)
