"""Clean: the step from a page or a text file to a document."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

from schemas import Document, Media, Metadata, RawPage, Reason, Rejection, refuse
from transforms import dates
from transforms.authors import find_agency
from transforms.charset import UndecodableError, decode, normalise
from transforms.dump import clean_dump
from transforms.metadata import merge_metadata, page_metadata
from transforms.page import PageText, extract_fragment, extract_page, is_fragment, parse_page
from transforms.urls import canonicalise, choose_canonical, registrable_domain

#: The step's name in rejections.
STAGE = "clean"


def clean_page(page: RawPage, run_date: date) -> Document | Rejection:
    """Returns the article of `page`; its language and topics are left to later steps.

    Args:
        page: HTML (a page, or a fragment as in feeds and rows) or already extracted text.
        run_date: The fetch date of a page that bears none.
    """
    if not page.body.strip():
        return refuse(page, STAGE, Reason.EMPTY, "nothing but white space")
    try:
        source = decode(page.body, page.charset, page.media)
    except UndecodableError as error:
        return refuse(page, STAGE, Reason.UNDECODABLE, str(error))
    if not source.strip():
        return refuse(page, STAGE, Reason.EMPTY, "nothing but white space")
    dated = replace(page, fetched_at=page.fetched_at or datetime.combine(run_date, time(), UTC))
    found = _from_html(dated, source) if page.media is Media.HTML else _from_text(dated, source)
    return found or refuse(page, STAGE, Reason.NO_ARTICLE, f"no article text in {len(source)} characters")


def _from_html(page: RawPage, source: str) -> Document | None:
    if is_fragment(source):
        found = extract_fragment(source)
        return _document(page, found, Metadata()) if found.text else None
    tree = parse_page(source)
    extracted = extract_page(source, tree, page.url) if tree is not None else None
    if tree is None or extracted is None:
        return None
    return _document(page, extracted, page_metadata(tree, page.url, page.fetched_at))


def _from_text(page: RawPage, source: str) -> Document | None:
    dump = clean_dump(source)
    text, given = dump.text, page.metadata.title
    if given and dump.title and not _same_words(given, dump.title):
        text = f"{dump.title}\n{text}"  # what was taken for the title was the text's first line
    if not text:
        return None
    own = Metadata(
        title=dump.title,
        summary=dump.summary,
        authors=dump.authors,
        published_at=dump.published_at,
        published_from="text" if dump.published_at else None,
        agency=dump.agency,
    )
    return _document(page, PageText(text, "dump", _characters(source)), own)


def _document(page: RawPage, found: PageText, own: Metadata) -> Document:
    known = merge_metadata(page.metadata, own)
    text = _without_title(normalise(found.text), known.title)
    published_at = dates.believable(known.published_at, page.fetched_at)
    canonical_url = choose_canonical(page.url, known.canonical_url)
    return Document(
        source_uri=page.source_uri,
        via=page.via,
        text=text,
        text_from=found.text_from,
        boilerplate_share=_share_dropped(_characters(text), found.visible_chars),
        url=page.url,
        canonical_url=canonical_url,
        domain=registrable_domain(canonical_url) if canonical_url else None,
        source_id=page.source_id,
        title=_line(known.title),
        summary=_line(known.summary),
        authors=tuple(name for name in map(_line, known.authors) if name),
        agency=known.agency or find_agency(text),
        published_at=published_at,
        published_from=known.published_from if published_at else None,
        fetched_at=page.fetched_at,
    )


def _without_title(text: str, title: str | None) -> str:
    """Returns `text` without a first line that repeats the title, unless it is all there is."""
    head, _, rest = text.partition("\n")
    return rest if title and rest and _same_words(head, title) else text


def _same_words(one: str, other: str) -> bool:
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _line(text: str | None) -> str | None:
    """Returns `text` in one line and normalised, None where nothing is left."""
    return " ".join(normalise(text).split()) or None if text else None


def _characters(text: str) -> int:
    return sum(map(len, text.split()))


def _share_dropped(kept: int, visible: int) -> float:
    return min(1.0, max(0.0, 1 - kept / visible)) if visible else 0.0
