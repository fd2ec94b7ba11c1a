import gzip
import json
import shutil
import zlib

import pytest

ARTICLE = (
    "Hafen streikt: Schlepper bleiben an der Mole\n\n"
    "Die Besatzungen der Schlepper im Hafen von Nordersand haben am Montag die Arbeit niedergelegt. Die "
    "Gewerkschaft fordert sechs Prozent mehr Lohn und verlässliche Ruhezeiten zwischen den Schichten.\n\n"
    "Der Streik trifft vor allem die großen Frachter, die ohne Hilfe nicht anlegen können. Bis zum Abend "
    "warteten nach Angaben der Hafenmeisterei elf Schiffe auf Reede.\n\n"
    "Die Reederei nannte den Ausstand unverhältnismäßig und kündigte ein neues Angebot für Mittwoch an."
)
ENGLISH = (
    "The council of Tarn Valley voted on Tuesday to keep the old swimming pool open for another season. "
    "Members said the repairs would cost less than they had feared in the spring. "
    "Volunteers have promised to paint the changing rooms before the first warm weekend of the year."
)
PAGE = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Pool stays open - Tarn Echo</title>
<link rel="canonical" href="https://echo.example/news/pool">
<meta property="article:published_time" content="2026-11-18T09:30:00+01:00"></head>
<body><nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<article><h1>Pool stays open</h1><p>{ENGLISH}</p><p>{ENGLISH.replace("Tuesday", "Wednesday")}</p></article>
<footer>Imprint Contact Privacy</footer></body></html>"""


def row(number, **more):
    text = f"{ENGLISH} It was decision number {number} of the long evening."
    return {"url": f"https://echo.example/{number}", "title": f"Decision {number}", "text": text, **more}


def warc_record(url, body):
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2026-11-19T06:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{zlib.crc32(url.encode()):012d}>\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + http + b"\r\n\r\n", mtime=0)


@pytest.fixture(scope="session")
def stored_inbox(tmp_path_factory):
    """A folder with a good document of most kinds, two German, eight English; not to be changed."""
    folder = tmp_path_factory.mktemp("stored") / "inbox"
    folder.mkdir()
    (folder / "streik.txt").write_text(ARTICLE)
    (folder / "pool.html").write_text(PAGE)
    (folder / "rows.jsonl").write_text("".join(json.dumps(row(n)) + "\n" for n in range(3)))
    (folder / "more.jsonl.gz").write_bytes(gzip.compress(json.dumps(row(7)).encode()))
    pages = [(f"https://echo.example/w{n}", PAGE.replace("news/pool", f"w{n}").encode()) for n in range(3)]
    (folder / "crawl.warc.gz").write_bytes(b"".join(warc_record(*page) for page in pages))
    (folder / "feed.xml").write_text(
        '<rss version="2.0"><channel><title>Tidenblatt</title><link>https://tiden.example/</link><item>'
        "<title>Fähre fährt wieder</title><link>https://tiden.example/faehre</link>"
        "<pubDate>Thu, 19 Nov 2026 07:15:00 +0100</pubDate><description>Die Fähre nach Nordersand fährt seit "
        "dem Morgen wieder nach Plan, teilte der Betreiber mit. Der Sturm habe keine größeren Schäden "
        "hinterlassen.</description></item>"
        "</channel></rss>"
    )
    return folder


@pytest.fixture
def inbox(stored_inbox, tmp_path):
    """The same folder, of a test's own."""
    return shutil.copytree(stored_inbox, tmp_path / "inbox")
