"""The example input is what examples/README.md says, seen through plain libraries, not our own readers."""

import gzip
import json
import re
import runpy
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import pytest
from fastwarc.warc import ArchiveIterator

EXAMPLES = Path(__file__).parent.parent / "examples"

#: The names that a folder as INPUT stands for, as README lists them.
INPUT_NAME = re.compile(
    r".*\.(?:opml|feeds\.csv|xml|rss|atom|rdf|warc(\.gz)?|parquet|(?:html?|txt|jsonl|ndjson)(?:\.gz|\.zst)?)"
)


def pages(site: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((EXAMPLES / "pages" / site).iterdir())]


def test_the_folder_names_each_input_once() -> None:
    files = [path for path in EXAMPLES.rglob("*") if path.is_file()]
    inputs = Counter(path.suffix for path in files if INPUT_NAME.fullmatch(path.name))
    assert inputs == {".opml": 1, ".html": 9, ".txt": 4, ".gz": 1, ".jsonl": 1}
    assert sum(path.stat().st_size for path in files if "__pycache__" not in path.parts) < 300_000


def test_the_list_names_every_stored_feed_in_nested_outlines() -> None:
    body = ElementTree.parse(EXAMPLES / "feeds.opml").find("body")
    assert body is not None
    listed = [outline.get("xmlUrl") for outline in body.iter("outline") if outline.get("xmlUrl")]
    assert sorted(filter(None, listed)) == sorted(f"feeds/{path.name}" for path in EXAMPLES.glob("feeds/*"))
    assert len(body.findall("outline/outline/outline[@xmlUrl]")) == 2


@pytest.mark.parametrize(
    ("name", "version", "encoding", "dated", "signed"),
    [
        ("hafenkurier", "rss20", "utf-8", [True, False, True, False], [True, False, True, True]),
        ("meridian-dispatch", "atom10", "utf-8", [True, True, True, True], [True, True, True, False]),
        ("gaceta-del-sur", "rss10", "iso-8859-1", [True, True, False, False], [True, True, True, False]),
    ],
)
def test_feeds_parse_with_their_oddities(
    name: str, version: str, encoding: str, dated: list[bool], signed: list[bool]
) -> None:
    feed = feedparser.parse((EXAMPLES / f"feeds/{name}.feed").read_bytes())
    assert (feed.bozo, feed.version, feed.encoding) == (False, version, encoding)
    # dict.get: feedparser's own answers with the other date and a warning where one is missing
    dates = [
        dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed") for entry in feed.entries
    ]
    assert [date is not None for date in dates] == dated
    assert ["author" in entry for entry in feed.entries] == signed
    assert all(entry.link.startswith("https://") for entry in feed.entries)
    assert all(150 <= len(entry.content[0].value.split()) <= 450 for entry in feed.entries)


def test_talbote_is_windows_1252_by_its_meta_tag_alone() -> None:
    for page in pages("talbote.example"):
        with pytest.raises(UnicodeDecodeError):
            page.decode("utf-8")
        assert b"charset=windows-1252" in page
        assert {"ü", "ß", "„", "–"} <= set(page.decode("cp1252"))


def test_talbote_says_the_date_in_json_ld_or_in_a_meta_tag() -> None:
    published = []
    for page in pages("talbote.example"):
        text = page.decode("cp1252")
        if found := re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL):
            article = json.loads(found[1])["@graph"][1]
            assert article["@type"] == "NewsArticle"
            published.append(article["datePublished"][:10])
        else:
            published += re.findall(r'"article:published_time" content="(.{10})', text)
    assert published == ["2025-04-01", "2025-04-07", "2025-04-09"]


def test_la_voie_publique_shows_dates_to_readers_alone() -> None:
    for page in pages("lavoiepublique.example"):
        text = page.decode("utf-8")
        assert re.search(r"Publié le (?:\w+ )?\d+ (?:février|mars) 2025", text)
        assert not re.search(r"2025-\d\d|<time|ld\+json|itemprop|published_time", text)


def test_kurier_warcianski_has_microdata_and_tracked_links() -> None:
    for page in pages("kurier-warcianski.example"):
        text = page.decode("utf-8")
        assert re.search(r'<meta itemprop="datePublished" content="2025-0[34]-\d\dT[\d:]+\+0[12]:00">', text)
        assert re.search(r'rel="canonical" href="https://kurier-warcianski\.example/[^"]*utm_source=', text)
        assert re.search(r'rel="amphtml" href="https://amp\.[^"]*fbclid=', text)


@pytest.mark.parametrize(
    ("name", "leftovers"),
    [
        ("0001_rheinauer-tagespost", ("Beitrag teilen:", "Foto: ", "Sieben Hütten", "© ", "-0%1%2%3%")),
        ("0002_der-lotse", ("Foto: ", "Zur Merkliste hinzugefügt", "sö/Reuters")),
        ("0003_le-quotidien-des-estuaires", ("Partager", "Crédit photo", "À lire aussi", "Avec AFP", "©")),
        ("0004_tarn-valley-chronicle", (" date 2025-02 ", "Share this", "Most read", "67 comments", "©")),
    ],
)
def test_dumps_hold_leftovers_among_the_article(name: str, leftovers: tuple[str, ...]) -> None:
    text = (EXAMPLES / f"dumps/{name}.txt").read_text(encoding="utf-8")
    places = [text.find(leftover) for leftover in leftovers]
    assert -1 not in places
    assert places == sorted(places)


def test_the_script_writes_the_crawl() -> None:
    stored = (EXAMPLES / "crawl.warc.gz").read_bytes()
    written = runpy.run_path(str(EXAMPLES / "make_warc.py"))["crawl"]()
    # Compared as records: deflate's choices, unlike its result, differ between zlib and its replacements.
    assert gzip.decompress(written) == gzip.decompress(stored)
    assert written[:10] == stored[:10] == b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"


def test_the_crawl_is_sound() -> None:
    kinds: Counter[str] = Counter()
    responses = []
    with (EXAMPLES / "crawl.warc.gz").open("rb") as stored:
        for record in ArchiveIterator(stored, parse_http=False):
            record.freeze()
            assert record.verify_block_digest()
            kinds[record.headers["WARC-Type"]] += 1
            if record.headers["WARC-Type"] == "response":
                record.parse_http()
                body = record.reader.read().decode(record.http_charset or "latin-1")
                responses.append(
                    (record.http_headers.status_code, record.http_content_type, "</html>" in body)
                )
    assert kinds == {"warcinfo": 1, "request": 7, "response": 7}
    page, missing, image = (200, "text/html", True), (404, "text/html", False), (200, "image/gif", False)
    assert responses == [page] * 5 + [missing, image]


def test_rows_have_a_text_or_a_page_and_the_third_is_cut_off() -> None:
    bodies = []
    for line in (EXAMPLES / "rows.jsonl").read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            bodies.append("broken")
        else:
            assert row["url"].startswith("https://")
            bodies += sorted({"text", "html"} & row.keys())
    assert bodies == ["text", "html", "broken", "text", "html"]
