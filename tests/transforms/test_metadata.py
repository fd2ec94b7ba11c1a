import json
from datetime import UTC, datetime, timedelta

import pytest

from schemas import Metadata
from transforms.agencies import agency_among, find_agency
from transforms.authors import clean_authors
from transforms.declared import read_declared
from transforms.metadata import merge_metadata, page_metadata
from transforms.page import parse_page
from transforms.titles import read_headlines

URL = "https://www.harbourpost.example/news/bridge"
FETCHED = datetime(2024, 6, 1, tzinfo=UTC)
MORNING = datetime(2024, 5, 17, 8, 30, tzinfo=UTC)


#: With a graph, two types and a comma too many.
GRAPH = """<script type="application/ld+json">
[{"@graph": [{"@type": ["Thing", "Article"], "datePublished": "2024-05-17T08:30:00Z",}]}]</script>"""


def read(head: str = "", body: str = "<p>x</p>", url: str = URL) -> Metadata:
    tree = parse_page(f'<!doctype html><html lang="en-GB"><head>{head}</head><body>{body}</body></html>')
    assert tree is not None
    declared = read_declared(tree)
    return page_metadata(tree, declared, read_headlines(tree, declared, url), url, FETCHED)


def meta(**contents: str) -> str:
    return "".join(
        f'<meta property="{name.replace("__", ":")}" content="{text}">' for name, text in contents.items()
    )


def jsonld(**properties: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **properties})}</script>'


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (jsonld(headline="Bridge to be repaired"), ""),
        (meta(og__title="Bridge to be repaired"), ""),
        ("", "<h1>Bridge to be <em>repaired</em></h1>"),
        ("<title>Bridge to be repaired</title>", ""),
        ("<title>Bridge to be repaired | Harbour Post</title>", ""),
        ("<title>Harbour Post - Bridge to be repaired</title>", ""),
        ("<title>Bridge to be repaired – harbourpost.example</title>", ""),
        (meta(og__title="Bridge to be repaired | Local | The Harbour Post", article__section="Local"), ""),
        ("<title>Harbour Post</title>", "<h1>Harbour Post</h1><h1>Bridge to be repaired</h1>"),
    ],
)
def test_title_without_house_and_section(head: str, body: str) -> None:
    assert (
        read(head + meta(og__site_name="Harbour Post"), body or "<p>x</p>").title == "Bridge to be repaired"
    )


def test_separators_inside_a_headline_stay() -> None:
    assert (
        read("<title>Bridge - what it costs | Harbour Post</title>", url=URL).title
        == "Bridge - what it costs"
    )


def test_title_is_what_most_agree_on() -> None:
    head = "<title>Old bridge</title>" + meta(og__title="Bridge") + jsonld(headline="Bridge to be repaired")
    assert read(head, "<h1>Bridge to be repaired</h1>").title == "Bridge to be repaired"


def test_a_declared_headline_wins_over_that_for_search_engines() -> None:
    seo = "Harbour town news: swing bridge closure, dates, costs"
    head = f"<title>{seo}</title>" + meta(og__title="Good-bye to the old bridge") + jsonld(headline=seo)
    assert read(head, f"<h1>{seo}</h1>").title == "Good-bye to the old bridge"


@pytest.mark.parametrize(
    ("head", "body", "source"),
    [
        (jsonld(datePublished="2024-05-17T10:30:00+02:00"), "", "jsonld"),
        (GRAPH, "", "jsonld"),
        (meta(article__published_time="2024-05-17T08:30:00Z"), "", "meta"),
        ('<meta name="date" content="Fri, 17 May 2024 10:30:00 +0200">', "", "meta"),
        ("", '<article><h1>x</h1><time datetime="2024-05-17T08:30Z">yesterday</time></article>', "html"),
    ],
)
def test_publication_to_the_minute(head: str, body: str, source: str) -> None:
    found = read(head, body or "<p>x</p>")
    assert (found.published_at, found.published_from) == (MORNING, source)


def test_publication_day_from_url_and_text() -> None:
    day = MORNING.replace(hour=0, minute=0)
    in_url = read(url="https://harbourpost.example/2024/05/17/bridge")
    assert (in_url.published_at, in_url.published_from) == (day, "url")
    in_text = read(body="<h1>Bridge</h1><p>Published on 17 May 2024</p>")
    assert (in_text.published_at, in_text.published_from) == (day, "html")


def test_sources_of_a_date_in_their_order_and_none_after_the_fetch() -> None:
    later = (FETCHED + timedelta(days=3)).isoformat()
    head = jsonld(datePublished=later) + meta(article__published_time="2024-05-17T08:30:00Z")
    assert read(head).published_from == "meta"
    assert (
        read(jsonld(datePublished="2024-05-17T08:30:00Z") + meta(date="2020-01-01")).published_at == MORNING
    )
    assert read(jsonld(datePublished=later)).published_at is None


def test_authors_are_persons() -> None:
    head = jsonld(author=[{"name": "By Ann Ash"}, {"name": "dpa"}, {"name": "Harbour Post"}, "Bo Birch"])
    found = read(head + meta(og__site_name="Harbour Post"))
    assert found.authors == ("Ann Ash", "Bo Birch")
    assert found.agency == "dpa"


def test_authors_by_reference_by_meta_and_by_byline() -> None:
    graph = {
        "@graph": [
            {"@type": "Article", "author": {"@id": "#1"}},
            {"@type": "Person", "@id": "#1", "name": "Ann Ash"},
        ]
    }
    assert read(f'<script type="application/ld+json">{json.dumps(graph)}</script>').authors == ("Ann Ash",)
    link = '<meta name="author" content="https://social.example/ann"><meta name="author" content="Ann Ash">'
    assert read(link).authors == ("Ann Ash",)
    assert read(body='<div class="byline">By <a href="/ann">Ann Ash</a></div><p>x</p>').authors == (
        "Ann Ash",
    )


def test_summary_language_and_canonical() -> None:
    found = read(
        '<link rel="canonical" href="/news/bridge-1">' + meta(og__description="What it &amp; all costs")
    )
    assert (found.summary, found.language) == ("What it & all costs", "en-GB")
    assert found.canonical_url == "https://www.harbourpost.example/news/bridge-1"
    assert (
        read(meta(og__url="https://harbourpost.example/1")).canonical_url == "https://harbourpost.example/1"
    )
    assert read('<link rel="canonical" href="http://[broken">').canonical_url is None


@pytest.mark.parametrize("linked", ["/", "https://othersite.example/news/bridge-1", "http://[broken", ""])
def test_og_url_stands_in_for_a_canonical_that_is_not_to_be_believed(linked: str) -> None:
    head = f'<link rel="canonical" href="{linked}">'
    own = "https://harbourpost.example/news/bridge-1"
    assert read(head + meta(og__url=own)).canonical_url == own
    assert read(head + meta(og__url="https://harbourpost.example/")).canonical_url is None


def test_broken_json_ld_is_passed_over() -> None:
    broken = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": </script>'
    assert read(broken + jsonld(headline="Bridge to be repaired")).title == "Bridge to be repaired"
    assert read('<script type="application/ld+json">' + "[" * 100_000 + "</script>").title is None


def test_merge_prefers_the_editors_words_and_the_pages_own_date() -> None:
    feed = Metadata(title="Bridge", published_at=FETCHED, published_from="feed", language="en")
    own = Metadata(
        title="Bridge | Post",
        summary="What it costs",
        published_at=MORNING,
        published_from="jsonld",
        language="en-GB",
    )
    merged = merge_metadata(feed, own)
    assert (merged.title, merged.summary, merged.language) == ("Bridge", "What it costs", "en")
    assert (merged.published_at, merged.published_from) == (MORNING, "jsonld")


def test_merge_keeps_the_sources_date_over_a_mere_day() -> None:
    row = Metadata(published_at=MORNING, published_from="row")
    assert merge_metadata(row, Metadata(published_at=FETCHED, published_from="url")).published_from == "row"
    assert (
        merge_metadata(Metadata(), Metadata(published_at=FETCHED, published_from="url")).published_from
        == "url"
    )


@pytest.mark.parametrize(
    ("bylines", "names"),
    [
        (["Von Änne Öhm und Max-Otto Graf"], ("Änne Öhm", "Max-Otto Graf")),
        (["Par Zoé Lac, Luc Mer"], ("Zoé Lac", "Luc Mer")),
        (["Ann Ash (ann@post.example)", "ann ash"], ("Ann Ash",)),
        (["Ann Ash, Chief Reporter"], ("Ann Ash",)),
        (["山田太郎"], ("山田太郎",)),
        (["dpa", "AFP", "Redaktion", "Online-Redaktion", "news@post.example", "Staff Writer", "x"], ()),
        (["Bo Birch/dpa"], ("Bo Birch",)),
    ],
)
def test_clean_authors(bylines: list[str], names: tuple[str, ...]) -> None:
    assert clean_authors(bylines) == names


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("Die Brücke wird gesperrt.\nDas sagte der Bürgermeister. (afp/er)", "afp"),
        ("Die Brücke wird gesperrt.\nak/Reuters", "reuters"),
        ("Die Brücke wird gesperrt. Quelle: dpa", "dpa"),
        ("HARBOUR TOWN (AP) — The bridge is closed.\nMore to come.", "ap"),
        ("Reuters reported on Tuesday that the bridge is closed for good.\nNobody was hurt.", None),
        ("The map of the town is old.\nNobody was hurt.", None),
    ],
)
def test_find_agency(text: str, agency: str | None) -> None:
    assert find_agency(text) == agency


def test_agency_among_bylines() -> None:
    assert agency_among(["Ann Ash", "AFP, MANILA"]) == "afp"
    assert agency_among(["Sid Vale"]) is None
