from datetime import UTC, datetime

import pytest

from schemas import Kind, RawPage, Reason, Rejection, Source
from transforms.sources import sitemaps
from transforms.sources.feeds import parse_feed
from transforms.sources.kinds import kind_of_content
from transforms.sources.sitemaps import named_sitemaps

SOURCE = Source("https://bote.example/sitemaps/news.xml", Kind.FEED_URL, source_id="bote", language="de")
FETCHED = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
        xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://bote.example/hafen/4711?a=1&amp;b=2 </loc>
 <news:news>
  <news:publication><news:name>Der Bote</news:name><news:language>nds</news:language></news:publication>
  <news:publication_date>2026-11-19T07:15:00+01:00</news:publication_date>
  <news:title><![CDATA[Kräne & Kähne]]></news:title></news:news>
 <image:image><image:loc>https://bote.example/bild.jpg</image:loc></image:image></url>
<url><loc>https://bote.example/impressum</loc></url>
<url><loc>/werft</loc><lastmod>2026-11-20</lastmod><news:news><news:title>Werft</news:title></news:news></url>
</urlset>"""


def parse(body: str | bytes, source: Source = SOURCE) -> list[RawPage | Rejection]:
    return list(parse_feed(body.encode() if isinstance(body, str) else body, source, None, FETCHED))


@pytest.mark.parametrize("body", [NEWS.encode(), NEWS.replace("UTF-8", "UTF-16").encode("utf-16")])
def test_the_news_of_a_sitemap_are_entries(body: bytes) -> None:
    first, second = parse(body)
    assert isinstance(first, RawPage)
    assert (first.url, first.via, first.body) == ("https://bote.example/hafen/4711?a=1&b=2", "feed", b"")
    assert (first.source_id, first.fetched_at) == ("bote", FETCHED)
    assert (first.metadata.title, first.metadata.language) == ("Kräne & Kähne", "nds")
    assert first.metadata.published_at == datetime(2026, 11, 19, 6, 15, tzinfo=UTC)
    assert first.metadata.published_from == "feed"
    assert isinstance(second, RawPage)
    assert (second.url, second.metadata.language) == ("https://bote.example/werft", "de")
    assert second.metadata.published_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_a_sitemap_of_ascii_alone_in_utf_16_is_read() -> None:
    ascii_only = NEWS.replace("UTF-8", "UTF-16").replace("ä", "a")
    assert len(parse(ascii_only.encode("utf-16"))) == 2


def test_an_entry_changes_its_version_when_the_sitemap_says_that_it_was_modified() -> None:
    changed = parse(NEWS.replace("<lastmod>2026-11-20", "<lastmod>2026-11-21"))
    versions = [
        [page.entry for page in pages if isinstance(page, RawPage)] for pages in (parse(NEWS), changed)
    ]
    assert versions[0][0] == versions[1][0]
    assert versions[0][1] != versions[1][1]


def test_a_cut_sitemap_gives_its_whole_entries_and_a_rejection() -> None:
    page, rejection = parse(NEWS[: NEWS.index("Werft")])
    assert page == parse(NEWS)[0]
    assert isinstance(rejection, Rejection)
    assert rejection.reason is Reason.TRUNCATED


def test_a_sitemap_that_is_not_well_formed_is_read() -> None:
    assert [getattr(page, "url", None) for page in parse(NEWS.replace("&amp;", "&"))] == [
        "https://bote.example/hafen/4711?a=1&b=2",
        "https://bote.example/werft",
    ]


def test_an_address_in_a_section_of_characters_stands_as_it_is() -> None:
    address = "https://bote.example/a?x=1&y=2"
    body = f"<urlset><url><loc><![CDATA[{address}]]></loc><news><title>A & B</title></news></url></urlset>"
    (page,) = parse(body)
    assert isinstance(page, RawPage)
    assert (page.url, page.metadata.title) == (address, "A & B")


def test_entities_are_not_expanded() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x" * 10}">' for n in range(9))
    page, *_ = parse(
        NEWS.replace("<urlset", f"<!DOCTYPE urlset [{bomb}]><urlset").replace(
            "<![CDATA[Kräne & Kähne]]>", "A &e8; B"
        )
    )
    assert isinstance(page, RawPage)
    assert len(page.metadata.title or "") < 20


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("<urlset><url><loc>https://bote.example/1</loc></url></urlset>", "a sitemap without news"),
        ('<?xml version="1.0" encoding="UTF-32"?><urlset><url>\xff</url></urlset>', "that can be read"),
        ("<sitemapindex><sitemap><loc>https://bote.example/1</loc></sitemap></sitemapindex>", "give its URL"),
    ],
)
def test_what_holds_no_news(body: str, detail: str) -> None:
    [rejection] = parse(body)
    assert isinstance(rejection, Rejection)
    assert rejection.reason is Reason.NOT_A_FEED
    assert detail in rejection.detail


def test_a_sitemap_of_a_day_without_news_is_an_empty_feed() -> None:
    assert parse('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>') == []


def test_stored_sitemaps_are_told_by_their_content() -> None:
    assert kind_of_content(NEWS.encode()) is Kind.FEED


def named(body: str, uri: str = "https://bote.example/sitemap.xml") -> list[Source | Rejection]:
    found = named_sitemaps(body.encode(), Source(uri, Kind.FEED_URL, poll_interval=60.0), FETCHED)
    assert found is not None
    return list(found)


def index(*sitemaps: tuple[str, str]) -> str:
    items = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</sitemap>"
        for loc, changed in sitemaps
    )
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</sitemapindex>'


def uris(found: list[Source | Rejection]) -> list[str]:
    return [item.uri for item in found if isinstance(item, Source)]


def test_of_an_index_the_recent_ones_are_followed() -> None:
    body = index(
        ("/a.xml", "2026-11-20"), ("/b.xml.gz", ""), ("/c.xml", "2026-10-01"), ("ftp://x.example/", "")
    )
    found = named(body)
    assert found[0] == Source(
        "https://bote.example/a.xml",
        Kind.FEED_URL,
        source_id="https://bote.example/sitemap.xml",
        poll_interval=60.0,
    )
    assert uris(found) == ["https://bote.example/a.xml", "https://bote.example/b.xml.gz"]


def test_where_some_are_of_news_these_alone_are_followed() -> None:
    assert len(named(index(("/newsletter.xml", ""), ("/articles.xml", "")))) == 2
    body = index(("/news-1.xml", ""), ("/articles.xml", ""), ("/GoogleNews.xml", ""))
    assert uris(named(body)) == ["https://bote.example/news-1.xml", "https://bote.example/GoogleNews.xml"]
    body = index(("https://news.example/a.xml", ""), ("https://news.example/b.xml", ""))
    assert len(named(body, "https://news.example/sitemap.xml")) == 2  # the host's name says nothing


def test_robots_txt_names_sitemaps() -> None:
    body = "\ufeffSitemap: https://bote.example/a.xml\r\nUser-agent: *\nDisallow: /x\nsitemap:/b.xml # new\n"
    found = named(body, "https://bote.example/robots.txt")
    assert uris(found) == ["https://bote.example/a.xml", "https://bote.example/b.xml"]


@pytest.mark.parametrize(
    ("body", "uri"),
    [("User-agent: *\n", "https://a.example/robots.txt"), (index(), "https://a.example/i.xml")],
)
def test_where_no_sitemap_is_named_that_is_told(body: str, uri: str) -> None:
    [rejection] = named(body, uri)
    assert isinstance(rejection, Rejection)
    assert (rejection.source_uri, rejection.reason) == (uri, Reason.NOT_A_FEED)


def test_there_is_a_bound_to_what_is_followed_and_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MAX_SITEMAPS", 2)
    *followed, rejection = named(index(*((f"/{n}.xml", "") for n in range(5))))
    assert len(followed) == 2
    assert isinstance(rejection, Rejection)
    assert rejection.reason is Reason.TOO_LARGE


def test_what_names_nothing_is_read_as_a_feed() -> None:
    assert named_sitemaps(NEWS.encode(), SOURCE, FETCHED) is None
