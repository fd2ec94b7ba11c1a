import pytest

from schemas import Kind
from transforms.sources.kinds import foreign_media, kind_of_content, kind_of_name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a/list.opml", Kind.FEED_LIST),
        ("list.feeds.csv.gz", Kind.FEED_LIST),
        ("figures.csv", None),
        ("x.XML", Kind.FEED),
        ("x.rdf.zst", Kind.FEED),
        ("crawl.warc", Kind.WARC),
        ("crawl.warc.gz", Kind.WARC),
        ("page.htm.gz", Kind.HTML),
        ("a.ndjson.zst", Kind.JSONL),
        ("a.parquet", Kind.PARQUET),
        ("a.parquet.gz", None),
        ("a.txt.bz2", None),
        ("txt", None),
    ],
)
def test_names(name: str, kind: Kind | None) -> None:
    assert kind_of_name(name) is kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"WARC/1.1\r\n", Kind.WARC),
        (b"PAR1\x15\x04", Kind.PARQUET),
        (b'<?xml version="1.0"?>\n<!-- ours -->\n<opml version="2.0">', Kind.FEED_LIST),
        (b'\xef\xbb\xbf<?xml version="1.0"?><rss version="0.91">', Kind.FEED),
        (b'<!DOCTYPE rss [<!ENTITY x "<feed>">]>\n<rss>', Kind.FEED),
        (b'<a:feed xmlns:a="http://www.w3.org/2005/Atom">', Kind.FEED),
        (b'<rdf:RDF xmlns:rdf="...">', Kind.FEED),
        ("<?xml version='1.0' encoding='utf-16'?><rss>".encode("utf-16"), Kind.FEED),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', Kind.FEED),
        (b'{"url": "http://a.example/", "text": "..."}\n', Kind.JSONL),
        (b'[\n {"url": "http://a.example/"}]', Kind.JSONL),
        (b"[A note] on brackets\n", Kind.TEXT),
        (b"<!doctype html><title>rss</title>", Kind.HTML),
        (b"<p>a page without a head", Kind.HTML),
        (b'\xef\xbb\xbf"Name";"URL"\n', Kind.FEED_LIST),
        (b"url,name\n", Kind.FEED_LIST),
        (b"A curl, a url and a comma\n", Kind.TEXT),
        (b"", Kind.TEXT),
        (b"a\rb,url\n", Kind.TEXT),
        (b"x" * 200_000 + b",url\n", Kind.TEXT),
    ],
)
def test_contents(head: bytes, kind: Kind) -> None:
    assert kind_of_content(head) is kind


@pytest.mark.parametrize(
    "head",
    [
        b"%PDF-1.7",
        b"\n%PDF-1.4",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"PK\x03\x04",
        b"RIFF\x01\x02\x03\x04WEBP",
    ],
)
def test_foreign_media_are_known(head: bytes) -> None:
    assert foreign_media(head + b"\0" * 20)


@pytest.mark.parametrize(
    "head", [b"", b"BZh is a name.", b"RIFF is a chunk format", b"<html>%PDF-1.4", b"ID: 3"]
)
def test_texts_are_no_foreign_media(head: bytes) -> None:
    assert foreign_media(head) is None
