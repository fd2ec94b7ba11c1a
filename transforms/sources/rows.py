"""Rows of dumps: one document each, with `url` and `text` or `html`."""

from collections.abc import Mapping

from schemas import Media, Metadata, RawPage, Reason, Rejection, Source
from transforms.sources.storage import file_name
from transforms.sources.values import id_of, moment_of, name_of, text_of

#: Fields that are read; others are passed over.
FIELDS = (
    "url",
    "text",
    "html",
    "title",
    "summary",
    "authors",
    "language",
    "published_at",
    "fetched_at",
    "source_id",
)


def page_of_row(row: Mapping[str, object], uri: str, source: Source, payload: bytes) -> RawPage | Rejection:
    """Returns the page that a row of a dump holds; `text` goes before `html`.

    Args:
        row: Fields by name. Those of a wrong type count as absent.
        uri: File and record.
        source: Where the row lies.
        payload: What to keep of the row if it is refused.
    """
    url = name_of(row.get("url"))
    text, html = row.get("text"), row.get("html")
    bodies = [body for body in (text, html) if isinstance(body, str)]
    if not bodies:
        return Rejection(uri, "read", Reason.MISSING_FIELD, "a row without `text` or `html`", url, payload)
    body = next((body for body in bodies if body.strip()), None)
    if body is None:
        return Rejection(uri, "read", Reason.EMPTY, "a row whose text is empty", url, payload)
    published_at = moment_of(row.get("published_at"))
    return RawPage(
        source_uri=uri,
        via=source.kind.value,
        body=body.encode("utf-8", "replace"),
        media=Media.TEXT if body is text else Media.HTML,
        charset="utf-8",
        url=url,
        source_id=id_of(row.get("source_id")) or source.source_id or file_name(source.uri),
        fetched_at=moment_of(row.get("fetched_at")),
        metadata=Metadata(
            title=text_of(row.get("title")),
            summary=text_of(row.get("summary")),
            authors=_texts(row.get("authors")),
            published_at=published_at,
            published_from="row" if published_at else None,
            language=text_of(row.get("language")) or source.language,
        ),
    )


def _texts(value: object) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(text for item in items if (text := text_of(item)))
