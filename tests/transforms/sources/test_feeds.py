import json
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import FeedEntry, Kind, Media, Metadata, RawPage, Reason, Rejection, Source
from transforms.sources.feeds import parse_feed

SOURCE = Source("https://hafen.example/feed.xml", Kind.FEED_URL)
FETCHED = datetime(2026, 3, 2, tzinfo=UTC)

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Hafenbote</title><link>https://hafen.example/</link><language>de</language>
<item><title>Kräne &amp;amp; Kähne &lt;b&gt;stehen&lt;/b&gt;</title><link>/eis?a=1&amp;b=2</link>
 <guid isPermaLink="false">id-1</guid><dc:creator>Wiebke Janssen</dc:creator>
 <description>&lt;p&gt;Kurz &amp;amp; gut.&lt;/p&gt;</description>
 <content:encoded><![CDATA[<p>Der Hafen ist zugefroren, die Kräne stehen.</p><script>f()</script>]]>
 </content:encoded>
 <pubDate>Sun, 01 Mar 2026 13:30:00 +0100</pubDate></item>
<item><title>Ohne Zeit</title><guid>https://hafen.example/2</guid><description>5 &lt; 6</description>
 <author>redaktion@hafen.online (Jan Ole)</author><pubDate>neulich</pubDate></item>
<item><title>Nur ein Titel</title></item>
</channel></rss>"""


def parse(
    feed: str | bytes, source: Source = SOURCE, charset: str | None = None
) -> list[RawPage | Rejection]:
    return list(parse_feed(feed.encode() if isinstance(feed, str) else feed, source, charset, FETCHED))


def test_an_entry_is_a_page() -> None:
    first, second, third = parse(RSS)
    assert isinstance(first, RawPage)
    assert first == RawPage(
        source_uri="https://hafen.example/feed.xml#id-1",
        via="feed",
        body="<p>Der Hafen ist zugefroren, die Kräne stehen.</p>".encode(),
        media=Media.HTML,
        charset="utf-8",
        url="https://hafen.example/eis?a=1&b=2",
        source_id="https://hafen.example/feed.xml",
        fetched_at=FETCHED,
        metadata=Metadata(
            title="Kräne & Kähne stehen",
            summary="Kurz & gut.",
            authors=("Wiebke Janssen",),
            published_at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
            published_from="feed",
            language="de",
        ),
        entry=first.entry,
    )
    assert isinstance(second, RawPage)
    assert (second.url, second.body) == ("https://hafen.example/2", b"5 < 6")
    assert second.metadata.authors == ("Jan Ole",)
    assert (second.metadata.published_at, second.metadata.published_from) == (None, None)
    assert isinstance(third, Rejection)
    assert third.reason is Reason.MISSING_FIELD


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Harbour</title>
<entry><id>urn:1</id><title type="html">A &lt;i&gt;cold&lt;/i&gt; day</title>
 <link rel="enclosure" href="https://harbour.example/1.mp3"/><link href="https://harbour.example/1"/>
 <author><name>Ann</name></author><author><name>Bob</name></author><updated>2026-03-01T12:30:00Z</updated>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The harbour froze.</p></div></content>
</entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour</title><dc:language>en</dc:language></channel>
<item rdf:about="https://harbour.example/1"><title>A cold day</title><link>https://harbour.example/1</link>
 <description>&lt;p&gt;The harbour froze.&lt;/p&gt;</description><dc:creator>Ann</dc:creator>
 <dc:date>2026-03-01T13:30:00+01:00</dc:date></item></rdf:RDF>"""
RSS_091 = """<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">
<rss version="0.91"><channel><title>Harbour</title><language>en</language><item><title>A cold day</title>
<link>https://harbour.example/1</link><description>&lt;p&gt;The harbour froze.&lt;/p&gt;</description>
</item></channel></rss>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour",
        "language": "en",
        "home_page_url": "https://harbour.example/",
        "items": [
            {
                "id": "1",
                "url": "/1",
                "title": "A cold day",
                "content_html": "<p>The harbour froze.</p>",
                "authors": [{"name": "Ann"}],
                "date_published": "2026-03-01T12:30:00Z",
            }
        ],
    }
)


@pytest.mark.parametrize("feed", [ATOM, RDF, RSS_091, JSON])
def test_every_format_says_the_same(feed: str) -> None:
    [page] = parse(feed)
    assert isinstance(page, RawPage)
    assert (page.url, page.body) == ("https://harbour.example/1", b"<p>The harbour froze.</p>")
    assert (page.metadata.title, page.metadata.language) == ("A cold day", "en")
    if feed is not RSS_091:
        assert page.metadata.authors[0] == "Ann"
        assert page.metadata.published_at == datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


JELTO = "<author>sport@hafenkurier.example (Jelto Harms)</author>"


@pytest.mark.parametrize(
    ("elements", "authors"),
    [
        (JELTO, ("Jelto Harms",)),
        (f"{JELTO}<dc:creator>Jelto Harms</dc:creator>", ("Jelto Harms",)),
        (f"<dc:creator>Ann Bo</dc:creator>{JELTO}", ("Ann Bo", "Jelto Harms")),
        ("<author>sport@hafenkurier.example</author><dc:creator>Ann Bo</dc:creator>", ("Ann Bo",)),
        ("<author>Jelto Harms &lt;sport@hafenkurier.example&gt;</author>", ("Jelto Harms",)),
        (
            "<author>a@hafen.example (Ann Bo), j@hafen.example (Jelto Harms)</author>",
            ("Ann Bo", "Jelto Harms"),
        ),
        ("<author>a@hafen.info (Ann Bo)</author>", ("Ann Bo",)),
        ("<author>a@hafen.example Ann Bo</author>", ("Ann Bo",)),
        ("<author>Ann Bo a@hafen.example</author>", ("Ann Bo",)),
        ("<author>Ann Bo (a@hafen.example)</author>", ("Ann Bo",)),
        (
            "<author>a@hafen.example Ann Bo</author><dc:creator>Jelto Harms</dc:creator>",
            ("Ann Bo", "Jelto Harms"),
        ),
        ("<dc:creator>Von Ann Bo und Jelto Harms, Redaktion</dc:creator>", ("Ann Bo", "Jelto Harms")),
        ("<dc:creator>Hafenbote</dc:creator>", ()),
    ],
)
def test_authors_are_names_without_addresses(elements: str, authors: tuple[str, ...]) -> None:
    page = parse(RSS.replace("<dc:creator>Wiebke Janssen</dc:creator>", elements))[0]
    assert isinstance(page, RawPage)
    assert page.metadata.authors == authors


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Sun, 01 Mar 2026 08:30 PM", datetime(2026, 3, 1, 20, 30, tzinfo=UTC)),
        ("March 1, 2026 9:30 PM CET", datetime(2026, 3, 1, 20, 30, tzinfo=UTC)),
        ("1. März 2026", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03", None),
        ("1970-01-01T00:00:00Z", None),
    ],
)
def test_dates_are_read_as_anywhere_else(written: str, expected: datetime | None) -> None:
    page = parse(RSS.replace("Sun, 01 Mar 2026 13:30:00 +0100", written))[0]
    assert isinstance(page, RawPage)
    assert page.metadata.published_at == expected


def test_the_version_of_an_entry_changes_with_what_it_says_and_not_with_its_markup() -> None:
    def version(feed: str) -> FeedEntry | None:
        page = parse(feed)[0]
        assert isinstance(page, RawPage)
        return page.entry

    known = version(ATOM)
    assert known
    assert version(ATOM.replace("<p>The", '<p class="a8"><img src="https://count.example/77"/>The')) == known
    for said, changed in (("froze", "thaws"), ("cold", "warm"), ("12:30:00", "13:00:00")):
        assert version(ATOM.replace(said, changed)) != known
    published = ATOM.replace("<updated>", "<published>2026-03-01T12:00:00Z</published><updated>")
    assert version(published.replace("12:30:00", "13:00:00")) != version(published)
    assert version(JSON.replace('Z"}', 'Z", "date_modified": "2026-03-02T08:00:00Z"}')) != version(JSON)


def json_item(feed: dict[str, object] | None = None, **item: object) -> RawPage:
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour",
        **(feed or {}),
        "items": [item],
    }
    [page] = parse(json.dumps(said))
    assert isinstance(page, RawPage)
    return page


def test_the_text_of_a_json_feed_is_its_html_its_text_or_its_summary() -> None:
    both = json_item(content_html="<p>It froze.</p>", content_text="It froze.", summary="Frost")
    assert (both.body, both.media, both.metadata.summary) == (b"<p>It froze.</p>", Media.HTML, "Frost")
    text = json_item(content_text="5 < 6 & 7", attachments=[{"url": "https://a.example/1.mp3"}])
    assert (text.body, text.media, text.url) == (b"5 < 6 & 7", Media.TEXT, None)
    assert json_item(summary="Frost").body == b"Frost"


def test_the_link_of_a_json_feed_is_its_own_page_then_another_then_its_id() -> None:
    ids = {"id": "https://a.example/id", "external_url": "https://b.example/1"}
    assert json_item(**ids, url="/own").url == "https://hafen.example/own"
    assert json_item(**ids).url == "https://b.example/1"
    assert json_item(id="https://a.example/id").url == "https://a.example/id"
    assert json_item(id="4711", content_text="It froze.").url is None


@pytest.mark.parametrize(
    ("feed", "item", "authors"),
    [
        ({}, {"authors": [{"name": "Ann Bo"}, {"url": "https://a.example/"}, 7]}, ("Ann Bo",)),
        ({}, {"author": {"name": "Ann Bo"}}, ("Ann Bo",)),  # version 1.0
        ({"authors": [{"name": "Ann Bo"}]}, {}, ("Ann Bo",)),
        ({"author": {"name": "Jan Ole"}}, {"authors": [{"name": "Ann Bo"}]}, ("Ann Bo",)),
        ({"author": {"name": "Harbour"}}, {"author": "Ann"}, ()),
    ],
)
def test_authors_of_a_json_feed(feed: Any, item: Any, authors: tuple[str, ...]) -> None:
    assert json_item(feed, content_text="It froze.", **item).metadata.authors == authors


def test_a_json_feed_that_gives_no_time_of_publication_gives_that_of_its_change() -> None:
    page = json_item(content_text="It froze.", date_modified="2026-03-01T13:30:00.5+01:00")
    assert page.metadata.published_at == datetime(2026, 3, 1, 12, 30, 0, 500000, tzinfo=UTC)


def test_no_control_character_and_no_huge_integer_costs_a_json_feed() -> None:
    feed = (
        JSON.replace('"1"', "1").replace('"/1"', '"/1\\u0000\\n"').replace("}]", ', "n": %s}]' % ("9" * 6000))
    )
    [page] = parse(feed)
    assert isinstance(page, RawPage)
    assert (page.source_uri, page.url) == (f"{SOURCE.uri}#1", "https://harbour.example/1")


@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (RSS.encode(), "iso-8859-1"),  # the header is wrong
        (RSS.replace("utf-8", "iso-8859-1").encode("iso-8859-1"), None),
        (RSS.encode("cp1252"), "windows-1252"),
        (RSS.replace("utf-8", "utf-16").encode("utf-16"), None),
        (b"\xef\xbb\xbf" + RSS.encode(), None),
    ],
)
def test_the_charset_is_found(body: bytes, charset: str | None) -> None:
    assert parse(body, charset=charset) == parse(RSS)


def test_a_list_names_source_and_language() -> None:
    source = Source("stored/feed.xml", Kind.FEED, source_id="hafen", language="nds")
    pages = [
        page
        for page in parse(RSS.replace("<language>de</language>", ""), source)
        if isinstance(page, RawPage)
    ]
    assert [(page.source_id, page.metadata.language) for page in pages] == [("hafen", "nds")] * 2
    assert pages[0].url == "https://hafen.example/eis?a=1&b=2"  # relative to the link of the stored feed


def test_a_cut_feed_gives_its_whole_entries_and_a_rejection() -> None:
    for cut in ("Ohne Zeit", "5 &lt; 6", "<guid>https"):
        *pages, last = parse(RSS[: RSS.index(cut)])
        assert pages == parse(RSS)[:1]
        assert isinstance(last, Rejection)
        assert last.reason is Reason.TRUNCATED


def test_a_feed_that_is_not_well_formed_is_read() -> None:
    pages = parse(RSS.replace("Kurz &amp;amp; gut", "Kurz & gut &nbsp;"))
    assert [getattr(page, "url", None) for page in pages[:2]] == [
        "https://hafen.example/eis?a=1&b=2",
        "https://hafen.example/2",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_expanded(encoding: str) -> None:
    entities = f'<!ENTITY a "{"x" * 1000}">\n<!ENTITY b "{"&a;" * 99}">'
    item = "<item><link>https://a.example/</link><description>&b;</description></item>"
    bomb = f'<!DOCTYPE rss [\n{entities}\n]><rss version="2.0"><channel>{item}</channel></rss>'
    [page] = parse(bomb.encode(encoding))
    assert isinstance(page, RawPage)
    assert len(page.body) < 100


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"\xef\xbb\xbf \n", Reason.EMPTY),
        (b"<!doctype html><html><body><p>Moved</p></body></html>", Reason.NOT_A_FEED),
        (b"<opml><body/></opml>", Reason.NOT_A_FEED),
        (b'{"version": 2, "items": []}', Reason.NOT_A_FEED),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', Reason.NOT_A_FEED),
        (b"%PDF-1.4", Reason.UNSUPPORTED_MEDIA),
    ],
)
def test_what_is_no_feed(body: bytes, reason: Reason) -> None:
    [rejection] = parse(body)
    assert isinstance(rejection, Rejection)
    assert (rejection.reason, rejection.source_uri) == (reason, SOURCE.uri)
    assert rejection.payload == body
