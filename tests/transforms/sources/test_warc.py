import gzip
import zlib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import Kind, Media, RawPage, Reason, Rejection, Source
from transforms.sources import storage
from transforms.sources.read import read_source

MAX = 20_000


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body


def record(url: str, block: bytes, kind: str = "response") -> bytes:
    header = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: <{url}>\r\nWARC-Date: 2026-11-20T06:07:08Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{zlib.crc32(block):032x}>\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return header.encode() + block + b"\r\n\r\n"


HTML = "Content-Type: text/html; charset=UTF-8"


def page(number: int, size: int = 0) -> bytes:
    filler = b"".join(b"%d," % (number * i % 9973) for i in range(size // 5))
    return record(
        f"http://harbour.example/{number}", http(b"<html>page %d %s</html>" % (number, filler), HTML)
    )


def read(
    path: Path, source: Source | None = None, **changes: object
) -> tuple[list[RawPage], list[Rejection]]:
    source = replace(source or Source(str(path), Kind.WARC), **changes)  # type: ignore[arg-type]
    results = list(read_source(source, MAX))
    pages = [result for result in results if isinstance(result, RawPage)]
    return pages, [result for result in results if isinstance(result, Rejection)]


def write(tmp_path: Path, content: bytes, name: str = "crawl.warc.gz") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_page_bears_all_that_its_record_says(tmp_path: Path) -> None:
    first = gzip.compress(record("", b"software: none", "warcinfo"))
    path = write(tmp_path, first + gzip.compress(page(7)))
    pages, rejections = read(path)
    assert pages == [
        RawPage(
            source_uri=f"{path}#{len(first)}",
            via="warc",
            body=b"<html>page 7 </html>",
            media=Media.HTML,
            charset="utf-8",
            url="http://harbour.example/7",
            source_id="crawl.warc.gz",
            fetched_at=datetime(2026, 11, 20, 6, 7, 8, tzinfo=UTC),
        )
    ]
    assert rejections == []


@pytest.mark.parametrize(
    ("written", "fetched_at"),
    [
        ("2026-11-20T06:07:08.123456789Z", datetime(2026, 11, 20, 6, 7, 8, 123456, tzinfo=UTC)),
        ("2026-11-20T06:07Z", datetime(2026, 11, 20, 6, 7, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("20261120060708", datetime(2026, 11, 20, 6, 7, 8, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("long ago", None),
    ],
)
def test_dates_of_any_precision(tmp_path: Path, written: str, fetched_at: datetime | None) -> None:
    [page_], _ = read(write(tmp_path, page(7).replace(b"2026-11-20T06:07:08Z", written.encode())))
    assert page_.fetched_at == fetched_at


def test_only_html_responses_are_inputs(tmp_path: Path) -> None:
    blocks = [
        record("http://a.example/", http(b"%PDF-1.4", "Content-Type: application/pdf")),
        record("http://b.example/", http(b"<p>asked", HTML), "request"),
        record("dns:c.example", b"192.0.2.1").replace(b"application/http; msgtype=response", b"text/dns"),
        record("http://d.example/", http(b"<!doctype html><p>no type")),
        record("http://e.example/", http(b"plain, no type")),
        record("http://f.example/", http(b"<html/>", "Content-Type: application/xhtml+xml")),
    ]
    pages, rejections = read(write(tmp_path, b"".join(map(gzip.compress, blocks))))
    assert [page.url for page in pages] == ["http://d.example/", "http://f.example/"]
    assert rejections == []


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Encoding: gzip", gzip.compress(b"<p>told")),
        ("Content-Encoding: x-gzip", gzip.compress(b"<p>told")),
        ("Content-Encoding: deflate", zlib.compress(b"<p>told")),
        ("Content-Encoding: deflate", zlib.compress(b"<p>told", wbits=-15)),
        ("Content-Encoding: br", b"\x0b\x03\x80<p>told\x03"),
        ("Content-Encoding: gzip", b"<p>told"),  # the crawler undid it and left the header
        ("Content-Encoding: utf-8", b"<p>told"),
        ("Transfer-Encoding: chunked", b"3\r\n<p>\r\n4\r\ntold\r\n0\r\n\r\n"),
        ("Transfer-Encoding: chunked", b"<p>told"),
        (
            "Content-Encoding: gzip\r\nTransfer-Encoding: chunked",
            b"1b\r\n%s\r\n0\r\n\r\n" % gzip.compress(b"<p>told"),
        ),
    ],
)
def test_codings_are_undone_where_there_are_any(tmp_path: Path, header: str, body: bytes) -> None:
    pages, rejections = read(
        write(tmp_path, gzip.compress(record("http://a.example/", http(body, HTML, header))))
    )
    assert rejections == []
    assert [page.body for page in pages] == [b"<p>told"]


def test_refused_responses_say_why_and_keep_url_time_and_payload(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<p>" + b" " * (MAX * 50))
    blocks = {
        Reason.HTTP_STATUS: http(b"<h1>gone", HTML, status="404 Not Found"),
        Reason.EMPTY: http(b" \n", HTML),
        Reason.UNSUPPORTED_MEDIA: http(b"%PDF-1.7 ...", HTML),
        Reason.TOO_LARGE: http(b"<p>" + b"x" * (MAX + 70_000), HTML),
    }
    content = [record(f"http://a.example/{reason}", block) for reason, block in blocks.items()]
    content.append(record("http://a.example/too-large", http(bomb, HTML, "Content-Encoding: gzip")))
    pages, rejections = read(write(tmp_path, b"".join(map(gzip.compress, [*content, page(1)]))))
    assert [page.url for page in pages] == ["http://harbour.example/1"]
    assert [rejection.reason for rejection in rejections] == [*blocks, Reason.TOO_LARGE]
    for rejection in rejections:
        assert rejection.url == f"http://a.example/{rejection.reason}"
        assert rejection.fetched_at == datetime(2026, 11, 20, 6, 7, 8, tzinfo=UTC)
    assert rejections[0].payload == b"<h1>gone"
    assert rejections[3].payload.startswith(b"<p>xxx")


def layouts() -> dict[str, bytes]:
    """The same records in every way in which they can lie in a file."""
    records = [page(number, number * 37 % 900) for number in range(1, 60)]
    records.insert(
        20, record("http://a.example/", http(b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "Content-Type: a/b"))
    )
    return {
        "members.warc.gz": b"".join(map(gzip.compress, records)),
        "stored-members.warc.gz": b"".join(gzip.compress(record, 0) for record in records),
        "whole.warc.gz": gzip.compress(b"".join(records)),
        "pairs.warc.gz": b"".join(
            gzip.compress(b"".join(records[i : i + 2])) for i in range(0, len(records), 2)
        ),
        "plain.warc": b"".join(records),
        "misnamed.warc": b"".join(map(gzip.compress, records)),
        "misnamed.warc.gz": b"".join(records),
    }


@pytest.mark.parametrize("name", layouts())
def test_parts_of_any_size_hold_each_record_once(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, layouts()[name], name)
    size = path.stat().st_size
    whole, rejections = read(path)
    assert len(whole) == 59
    assert len({page.source_uri for page in whole}) == 59
    assert rejections == []
    for part in (97, 500, 1024, 4099, 65_537, size - 1, size):
        starts = list(range(0, size, part))
        ends = [*starts[1:], None]
        parted = [
            page
            for span in zip(starts, ends, strict=True)
            for page in read(path, start=span[0], end=span[1])[0]
        ]
        assert parted == whole, part


@pytest.mark.parametrize("name", ["members.warc.gz", "plain.warc"])
@pytest.mark.parametrize("chunk", [13, 64, 509])
def test_what_is_read_at_once_does_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, chunk: int
) -> None:
    path = write(tmp_path, layouts()[name], name)
    whole = read(path)
    monkeypatch.setattr(storage, "CHUNK_BYTES", chunk)
    for border in range(1, path.stat().st_size, 611):
        assert read(path, end=border)[0] + read(path, start=border)[0] == whole[0]


@pytest.mark.parametrize("name", ["members.warc.gz", "plain.warc"])
def test_a_quoted_record_begins_no_part(tmp_path: Path, name: str) -> None:
    quoted = record("http://archive.example/", http(b"<pre>\n" + page(5), HTML))
    content = [page(1), quoted, page(2)]
    path = write(tmp_path, b"".join(map(gzip.compress, content) if name.endswith("gz") else content), name)
    for start in range(1, path.stat().st_size, 7):
        pages = read(path, end=start)[0] + read(path, start=start)[0]
        assert [page.url for page in pages] == [
            "http://harbour.example/1",
            "http://archive.example/",
            "http://harbour.example/2",
        ]


def test_damage_costs_the_damaged_record_only(tmp_path: Path) -> None:
    members = [gzip.compress(page(number, 400)) for number in range(5)]
    for spot in (5, len(members[2]) // 2, len(members[2]) - 6):
        broken = bytearray(members[2])
        broken[spot] ^= 0xFF
        path = write(tmp_path, b"".join([*members[:2], bytes(broken), *members[3:]]))
        pages, rejections = read(path)
        good = {page.url for page in pages}
        assert good >= {f"http://harbour.example/{number}" for number in (0, 1, 3, 4)}
        assert len(pages) + len(rejections) == 5
        if spot > 5:  # byte 5 is the header's time stamp: no damage
            offset = len(members[0] + members[1])
            assert [(r.reason, r.source_uri) for r in rejections] == [(Reason.CORRUPT, f"{path}#{offset}")]


@pytest.mark.parametrize("name", ["members.warc.gz", "plain.warc"])
def test_damage_is_seen_once_wherever_parts_meet(tmp_path: Path, name: str) -> None:
    content = bytearray(layouts()[name])
    magic = b"\x1f\x8b\x08" if name.endswith("gz") else b"WARC/1.0\r\nWARC-Type: response\r\nWARC-T"
    spot = content.index(magic, len(content) // 2)
    content[spot + 1] ^= 0xFF
    path = write(tmp_path, bytes(content), name)
    whole = read(path)
    assert [rejection.source_uri for rejection in whole[1]] == [f"{path}#{spot}"]
    for border in range(spot - 3, spot + 60):
        first, second = read(path, end=border), read(path, start=border)
        assert (first[0] + second[0], first[1] + second[1]) == whole


def test_garbage_between_records_costs_none(tmp_path: Path) -> None:
    gz = gzip.compress(page(1)) + b"\x00garbage\x1f\x8b\x08 more" + gzip.compress(page(2))
    plain = page(1) + page(2).replace(b"Content-Length: ", b"Content-Length: 9") + page(3)
    for path in (write(tmp_path, gz), write(tmp_path, plain, "crawl.warc")):
        pages, rejections = read(path)
        assert len(pages) == 2
        assert [rejection.reason for rejection in rejections] in ([Reason.CORRUPT], [Reason.TRUNCATED])


@pytest.mark.parametrize("name", ["members.warc.gz", "whole.warc.gz", "plain.warc"])
def test_a_cut_file_gives_every_complete_record_and_one_rejection(tmp_path: Path, name: str) -> None:
    content = layouts()[name]
    for cut in (30, 100, 800, len(content) // 2):
        pages, rejections = read(write(tmp_path, content[:-cut], name))
        assert Counter(rejection.reason for rejection in rejections) == {Reason.TRUNCATED: 1}
        assert pages == read(write(tmp_path, content, name))[0][: len(pages)]
        assert len(pages) >= (1 if name == "whole.warc.gz" else 20)
        if name == "members.warc.gz":  # one of the records is no page, the last is cut
            assert len(pages) == content[:-cut].count(b"\x1f\x8b\x08") - 2


def test_files_that_are_no_warc(tmp_path: Path) -> None:
    for content, reason in (
        (b"", Reason.EMPTY),
        (b"%PDF-1.4 no warc", Reason.CORRUPT),
        (b"\x1f\x8b", Reason.CORRUPT),
    ):
        pages, rejections = read(write(tmp_path, content))
        assert pages == []
        assert [rejection.reason for rejection in rejections] == [reason]
