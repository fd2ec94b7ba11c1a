"""Lists of feeds, OPML and CSV, to one source a feed."""

import csv
import re
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from schemas import Kind, Reason, Rejection, Source
from transforms.sources.kinds import feed_list_delimiter
from transforms.sources.storage import ReadError, printable, resolve
from transforms.sources.values import name_of, text_of

_WEB = ("http://", "https://")
_MAX_DIGITS = 9
_NO = frozenset({"0", "false", "no", "n", "off"})


def parse_feed_list(body: bytes, uri: str) -> Iterator[Source | Rejection]:
    """Yields a source for each feed of a list, the first of those with the same address.

    Addresses that are no URL are paths of stored feeds, relative to the folder of the list.

    Args:
        body: OPML, outlines nested at will, or CSV with a column `url` and, where wanted, `id`, `name`,
            `language`, `enabled` and `interval_minutes`. Attributes of outlines mean the same.
        uri: Where the list lies.

    Raises:
        ReadError: It is neither.
    """
    is_opml = _decoded(body[:1024]).lstrip().startswith("<")
    rows = _opml_rows(body) if is_opml else _csv_rows(_decoded(body))
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        address = name_of(row.get("url"))
        if not address:
            place = f"{uri}#{number}"
            yield Rejection(
                place, "list", Reason.MISSING_FIELD, "a row without url", payload=str(row).encode()
            )
            continue
        if address.lower().startswith(_WEB):
            kind = Kind.FEED_URL
        else:
            address, kind = resolve(uri, printable(address)), Kind.FEED
        if address in seen or row.get("enabled", "").lower() in _NO:
            continue
        seen.add(address)
        name = name_of(row.get("id")) or name_of(row.get("name"))
        try:
            interval = _seconds(row.get("interval_minutes", ""))
        except ValueError as error:
            yield Rejection(address, "list", Reason.CORRUPT, f"interval_minutes: {error}")
            continue
        yield Source(
            address, kind, source_id=name, language=text_of(row.get("language")), poll_interval=interval
        )


def _seconds(minutes: str) -> float | None:
    if not minutes:
        return None
    if not (minutes.isascii() and minutes.isdecimal() and len(minutes) <= _MAX_DIGITS):
        raise ValueError(f"{minutes!r} is no whole number of minutes")
    return 60.0 * int(minutes)


def _opml_rows(body: bytes) -> list[Mapping[str, str]]:
    rows: list[Mapping[str, str]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.lower() != "outline":
            return
        outline = {key.lower(): value.strip() for key, value in attributes.items()}
        if outline.get("xmlurl") and outline.get("iscomment", "").lower() != "true":
            name = outline.get("title") or outline.get("text", "")
            rows.append({**outline, "url": outline["xmlurl"], "name": name})

    def refuse_entity(*_: object) -> None:
        raise ReadError(Reason.CORRUPT, "an OPML file that declares entities", body)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EntityDeclHandler = refuse_entity
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise ReadError(Reason.CORRUPT, f"broken OPML: {error}", body) from error
    return rows


def _csv_rows(text: str) -> Iterator[Mapping[str, str]]:
    lines = re.split(r"\r\n|\r|\n", text)
    while lines and (not lines[0].strip() or lines[0].lower().startswith("sep=")):  # a hint for Excel
        del lines[0]
    delimiter = feed_list_delimiter(lines[0]) if lines else None
    if not delimiter:
        raise ReadError(Reason.MISSING_FIELD, "a CSV file without a column `url`", text.encode())
    rows = csv.reader(lines, delimiter=delimiter)
    names = [name.strip().lower() for name in next(rows)]
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield {name: cell.strip() for name, cell in zip(names, row, strict=False)}
    except csv.Error as error:
        raise ReadError(Reason.CORRUPT, f"broken CSV: {error}", text.encode()) from error


def _decoded(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")
