"""Writes crawl.warc.gz, a small crawl of an invented site: `python examples/make_warc.py`.

The texts lie in crawl.toml. Record ids and dates are fixed and every record is a gzip member without a
time stamp, so that the same texts give the same file.
"""

import base64
import hashlib
import html
import json
import struct
import tomllib
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
HOST = "www.atlantic-observer.example"
SITE = f"https://{HOST}"
AGENT = "examplebot/1.0 (+https://crawler.example/bot)"
STARTED = datetime(2025, 3, 14, 6, 30, tzinfo=UTC)

#: A transparent GIF of one pixel.
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


@dataclass(frozen=True, slots=True)
class Article:
    """An article of crawl.toml."""

    path: str
    language: str
    published: str
    author: str
    title: str
    lead: str
    body: str
    charset: str = "utf-8"
    chunked: bool = False


def page(article: Article, words: dict[str, list[str] | str]) -> str:
    """Returns the article's page as the invented site serves it, with `words` as its clutter."""
    posting = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": article.published,
        "author": [{"@type": "Person", "name": article.author}],
        "publisher": {"@type": "Organization", "name": "Atlantic Observer"},
        "mainEntityOfPage": SITE + article.path,
    }
    title, lead = html.escape(article.title), html.escape(article.lead)
    blocks = [" ".join(block.split()) for block in article.body.strip().split("\n\n")]
    body = "\n".join(
        f"<h2>{html.escape(block[3:])}</h2>" if block.startswith("## ") else f"<p>{html.escape(block)}</p>"
        for block in blocks
    )
    menu = "".join(f'<li><a href="/{article.language}/{n}">{w}</a></li>' for n, w in enumerate(words["menu"]))
    teasers = "".join(
        f'<li><a href="/t/{n}"><img src="/i/{n}.jpg" alt=""><h4>{w}</h4></a></li>'
        for n, w in enumerate(words["teasers"])
    )
    return f"""<!DOCTYPE html>
<html lang="{article.language}">
<head>
<title>{title} | Atlantic Observer</title>
<link rel="canonical" href="{SITE}{article.path}">
<meta property="og:type" content="article">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{lead}">
<meta property="og:site_name" content="Atlantic Observer">
<script type="application/ld+json">{json.dumps(posting, ensure_ascii=False)}</script>
<script>window.dataLayer = window.dataLayer || []; dataLayer.push({{"section": "news"}});</script>
<style>.teasers li {{ display: inline-block }}</style>
</head>
<body>
<a class="skip" href="#main">{words["skip"]}</a>
<div id="consent" role="dialog"><p>{words["consent"]}</p><button>{words["accept"]}</button></div>
<header><a href="/"><img src="/logo.svg" alt="Atlantic Observer"></a><nav><ul>{menu}</ul></nav></header>
<main id="main">
<article>
<h1>{title}</h1>
<p class="standfirst">{lead}</p>
<p class="byline">{words["by"]} <a rel="author" href="/people">{article.author}</a></p>
<div class="share"><span>{words["share"]}</span> <a href="#f">f</a> <a href="#x">x</a></div>
<div class="article-body">
{body}
</div>
</article>
<aside class="teasers"><h3>{words["more"]}</h3><ul>{teasers}</ul></aside>
<form class="newsletter"><p>{words["letter"]}</p><input type="email"><button>OK</button></form>
<section class="comments"><h3>{words["comments"]}</h3><p><b>gull77</b> +1</p></section>
</main>
<footer><p>{words["legal"]}</p></footer>
</body>
</html>
"""


def response(status: str, media: str, body: bytes, chunked: bool = False) -> bytes:
    """Returns an HTTP/1.1 response as it goes over the wire."""
    framing = f"Content-Length: {len(body)}"
    if chunked:
        framing = "Transfer-Encoding: chunked"
        parts = [body[start : start + 2048] for start in range(0, len(body), 2048)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))
    head = f"HTTP/1.1 {status}\r\nServer: nginx\r\nContent-Type: {media}\r\n{framing}\r\n\r\n"
    return head.encode() + body


def exchanges() -> Iterator[tuple[str, bytes]]:
    """Yields path and HTTP response of everything that the crawl asked for, in its order."""
    content = tomllib.loads((HERE / "crawl.toml").read_text(encoding="utf-8"))
    for article in (Article(**fields) for fields in content["articles"]):
        body = page(article, content["clutter"][article.language]).encode(article.charset)
        media = f"text/html; charset={article.charset}"
        yield article.path, response("200 OK", media, body, article.chunked)
    lost = b"<!DOCTYPE html><title>404</title><h1>Lost at sea</h1><p>This page has drifted away.</p>\n"
    yield "/en/2025/02/30/no-such-day", response("404 Not Found", "text/html; charset=utf-8", lost)
    yield "/i/pixel.gif", response("200 OK", "image/gif", PIXEL)


def record(kind: str, seconds: int, block: bytes, **headers: str) -> bytes:
    """Returns one WARC 1.1 record as a gzip member of its own.

    Args:
        kind: `warcinfo`, `request` or `response`.
        seconds: After the start of the crawl.
        block: The record's content.
        **headers: Further header lines, `_` for `-`.
    """
    digest = base64.b32encode(hashlib.sha1(block).digest()).decode()
    date = (STARTED + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = {
        "WARC-Type": kind,
        "WARC-Record-ID": record_id(kind, seconds),
        "WARC-Date": date,
        **{name.replace("_", "-"): value for name, value in headers.items()},
        "WARC-Block-Digest": f"sha1:{digest}",
        "Content-Length": str(len(block)),
    }
    head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return gzip_member(f"{head}\r\n".encode() + block + b"\r\n\r\n")


def record_id(kind: str, seconds: int) -> str:
    """Returns the id of the record of that kind and moment, the same on every run."""
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{SITE}/{kind}/{seconds}')}>"


def gzip_member(data: bytes) -> bytes:
    """Returns `data` as a gzip member (RFC 1952) without time stamp, name or operating system.

    `gzip.compress(mtime=0)` writes a header that differs between versions of Python.
    """
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = deflate.compress(data) + deflate.flush()
    return b"\x1f\x8b\x08\0\0\0\0\0\x02\xff" + packed + struct.pack("<II", zlib.crc32(data), len(data))


def crawl() -> bytes:
    """Returns the whole file: a warcinfo record, then a request and a response for each address."""
    info = f"software: {AGENT}\r\nformat: WARC File Format 1.1\r\nrobots: obey\r\n".encode()
    fields = "application/warc-fields"
    records = [record("warcinfo", 0, info, WARC_Filename="crawl.warc.gz", Content_Type=fields)]
    for number, (path, answer) in enumerate(exchanges(), start=1):
        asked, answered = 10 * number, 10 * number + 1
        target = {"WARC_Target_URI": SITE + path}
        request = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: {AGENT}\r\nAccept: */*\r\n\r\n"
        message = "application/http; msgtype="
        concurrent = {"WARC_Concurrent_To": record_id("response", answered)}
        records += [
            record(
                "request", asked, request.encode(), **target, **concurrent, Content_Type=message + "request"
            ),
            record("response", answered, answer, **target, Content_Type=message + "response"),
        ]
    return b"".join(records)


if __name__ == "__main__":
    (HERE / "crawl.warc.gz").write_bytes(crawl())
