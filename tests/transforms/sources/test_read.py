import gzip
import json
import tracemalloc
from pathlib import Path

import apache_beam as beam
from apache_beam.testing.test_pipeline import TestPipeline
from apache_beam.testing.util import assert_that, equal_to

from schemas import Kind, RawPage, Reason, Rejection, Source
from transforms.sources import ReadPages, list_sources, read_source

MAX = 1_000_000


def warc_record(url: str, body: bytes) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    header = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-11-20T06:07:08Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(header.encode() + block + b"\r\n\r\n")


def damaged_folder(folder: Path) -> dict[str, Reason]:
    """Writes a folder of damaged inputs, good ones beside them, and returns what is to be refused and why."""
    good = b"<p>A page that nothing is wrong with."
    rows = [{"text": "first"}, {"text": "last"}]
    files = {
        "empty.html": b"",
        "cut.html.gz": gzip.compress(good * 50)[:-12],
        "cut.warc.gz": (warc_record("http://a.example/", good) * 2)[:-30],
        "none.xml": b"",
        "large.html": b"<p>" + b"x" * (50 * 1024 * 1024),
        "lines.jsonl": b'%s\n{"text": "caf\xe9"}\nno json\n%s\n'
        % tuple(json.dumps(row).encode() for row in rows),
        "paper.html": b"%PDF-1.7\n%\xe2\xe3",
        "good.html": good,
        "good.txt": b"A text.",
        "good.rss": b"<rss version='2.0'><channel><item><link>http://a.example/</link></item></channel></rss>",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    second = len(warc_record("http://a.example/", good))
    return {
        "empty.html": Reason.EMPTY,
        "cut.html.gz": Reason.TRUNCATED,
        f"cut.warc.gz#{second}": Reason.TRUNCATED,
        "none.xml": Reason.EMPTY,
        "large.html": Reason.TOO_LARGE,
        "lines.jsonl#18": Reason.UNDECODABLE,
        "lines.jsonl#35": Reason.NOT_JSON,
        "paper.html": Reason.UNSUPPORTED_MEDIA,
    }


def test_damage_is_refused_with_its_reason_and_all_else_is_read(tmp_path: Path) -> None:
    expected = damaged_folder(tmp_path)
    sources = [source for source in list_sources(str(tmp_path)) if isinstance(source, Source)]
    results = [result for source in sources for result in read_source(source, MAX)]
    rejections = {r.source_uri: r.reason for r in results if isinstance(r, Rejection)}
    assert rejections == {f"{tmp_path}/{name}": reason for name, reason in expected.items()}
    pages = [page.source_uri.removeprefix(f"{tmp_path}/") for page in results if isinstance(page, RawPage)]
    assert pages == [
        "cut.warc.gz#0",
        "good.html",
        "good.rss#http://a.example/",
        "good.txt",
        "lines.jsonl#0",
        "lines.jsonl#43",
    ]


def test_the_transform_reads_and_passes_rejections_on(tmp_path: Path) -> None:
    damaged_folder(tmp_path)
    sources = list(list_sources(str(tmp_path)))
    earlier = Rejection("x", "list", Reason.NOT_FOUND, "")
    gone = Source(str(tmp_path / "gone.html"), Kind.HTML)
    with TestPipeline() as pipeline:
        read = pipeline | beam.Create([*sources, earlier, gone]) | ReadPages(MAX)
        reasons = read | beam.Map(lambda result: getattr(result, "reason", "page"))
        assert_that(
            reasons,
            equal_to(
                [
                    *["page"] * 6,
                    *["empty"] * 2,
                    *["truncated"] * 2,
                    *["not-found"] * 2,
                    "too-large",
                    "undecodable",
                    "not-json",
                    "unsupported-media",
                ]
            ),
        )


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    page = b"<p>" + b"word " * 4000
    files = {
        Kind.WARC: warc_record("http://a.example/", page) * 1500,
        Kind.JSONL: gzip.compress(json.dumps({"html": page.decode()}).encode() + b"\n") * 1500,
        Kind.TEXT: gzip.compress(b"x" * 30_000_000),
    }
    for kind, content in files.items():
        (tmp_path / "large").write_bytes(content)
        tracemalloc.start()
        results = sum(1 for _ in read_source(Source(str(tmp_path / "large"), kind), MAX))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert results == (1 if kind is Kind.TEXT else 1500)
        assert peak < 5 * MAX, kind  # the file holds 30 MB
