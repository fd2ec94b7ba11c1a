import json
from datetime import UTC, datetime, timedelta

import pytest

from transforms.declared import read_declared
from transforms.page import parse_page
from transforms.published import page_publication

URL = "https://www.harbourpost.example/news/bridge"
DATED_URL = "https://www.harbourpost.example/2024/05/17/bridge"
FETCHED = datetime(2024, 6, 1, tzinfo=UTC)
DAY = datetime(2024, 5, 17, tzinfo=UTC)
MORNING = DAY.replace(hour=8, minute=30)


def read(head: str = "", body: str = "<p>x</p>", url: str = URL) -> tuple[datetime | None, str | None]:
    tree = parse_page(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>")
    assert tree is not None
    found = page_publication(tree, read_declared(tree), url, FETCHED)
    return (found.at, found.source) if found else (None, None)


def jsonld(**properties: str) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **properties})}</script>'


def meta(content: str, name: str = "article:published_time") -> str:
    return f'<meta property="{name}" content="{content}">'


#: With a graph, two types and a comma too many.
GRAPH = """<script type="application/ld+json">
[{"@graph": [{"@type": ["Thing", "Article"], "datePublished": "2024-05-17T08:30:00Z",}]}]</script>"""
EXACT = "2024-05-17T10:30:00+02:00"


@pytest.mark.parametrize(
    ("head", "body", "source"),
    [
        (jsonld(datePublished=EXACT), "", "jsonld"),
        (jsonld(dateCreated="Fri May 17 10:30:00 CEST 2024"), "", "jsonld"),
        (GRAPH, "", "jsonld"),
        (meta(EXACT), "", "meta"),
        ('<meta name="date" content="Fri, 17 May 2024 10:30:00 +0200">', "", "meta"),
        ("", f'<article><h1>x</h1><time datetime="{EXACT}">yesterday</time></article>', "html"),
        ("", f'<time pubdate datetime="{EXACT}">yesterday</time>', "html"),
        ("", f'<span itemprop="datePublished" content="{EXACT}">yesterday</span>', "html"),
    ],
)
def test_to_the_minute(head: str, body: str, source: str) -> None:
    assert read(head, body or "<p>x</p>") == (MORNING, source)


def test_a_mere_day_from_address_and_text() -> None:
    assert read(url=DATED_URL) == (DAY, "url")
    assert read(body="<h1>Bridge</h1><p>Published on 17 May 2024</p>") == (DAY, "html")
    assert read(body="<h1>Brücke</h1><p>Veröffentlicht am 17. Mai 2024</p>") == (DAY, "html")
    assert read() == (None, None)


SHOWN = "<h1>Bridge</h1><p>17 May 2024, 08:30</p>"
STATE = '<script>window.state = {"id": 1, "publishedAt": "2024-05-17T08:30:00Z"}</script>'


@pytest.mark.parametrize(
    ("head", "body", "url", "source"),
    [
        (jsonld(datePublished="2024-05-17") + meta(EXACT), "", URL, "meta"),
        (jsonld(datePublished="2024-05-17T00:00:00Z") + meta(EXACT), "", URL, "meta"),
        (meta("2024-05-17"), SHOWN, URL, "html"),
        ("", SHOWN, URL, "html"),
        ("", SHOWN, DATED_URL, "html"),
        ("", f"<p>x</p>{STATE}", DATED_URL, "html"),
    ],
)
def test_a_mere_day_takes_its_time_from_the_first_that_gives_one(
    head: str, body: str, url: str, source: str
) -> None:
    assert read(head, body or "<p>x</p>", url) == (MORNING, source)


def test_times_of_other_days_are_not_taken() -> None:
    other = SHOWN.replace("17", "12") + STATE.replace("17", "12")
    assert read(meta("2024-05-17"), other) == (DAY, "meta")


def test_midnight_of_a_zone_is_a_day() -> None:
    assert read(meta("2024-05-17T00:00:00+08:00")) == (DAY - timedelta(hours=8), "meta")


def test_trust() -> None:
    html = '<article><time datetime="2020-01-03T01:00Z">x</time></article>'
    assert read(jsonld(datePublished=EXACT) + meta("2020-01-01T01:00Z"), html) == (MORNING, "jsonld")
    assert read(meta(EXACT), html) == (MORNING, "meta")


def test_a_day_that_two_others_name_outweighs_one_that_no_other_knows() -> None:
    head = jsonld(datePublished="2024-05-30T07:00:00Z") + meta(EXACT)
    assert read(head, url=DATED_URL) == (MORNING, "meta")
    assert read(head) == (datetime(2024, 5, 30, 7, tzinfo=UTC), "jsonld")
    near = jsonld(datePublished="2024-05-18T01:00:00Z") + meta("2024-05-18T01:00:05Z")
    assert read(near, url=DATED_URL) == (datetime(2024, 5, 18, 1, tzinfo=UTC), "jsonld")


def test_what_lies_after_the_fetch_or_before_the_web_is_passed_over() -> None:
    later = (FETCHED + timedelta(days=3)).isoformat()
    assert read(jsonld(datePublished=later) + meta(EXACT)) == (MORNING, "meta")
    assert read(jsonld(datePublished="0001-01-01T00:00:00Z"), url=DATED_URL) == (DAY, "url")
    assert read(jsonld(datePublished=later)) == (None, None)
    assert read(url="https://www.harbourpost.example/2029/05/17/bridge") == (None, None)


def test_the_first_publication_not_the_last_change() -> None:
    later, first = '<time {} datetime="2024-05-19T12:00Z">x</time>', f'<time {{}} datetime="{EXACT}">x</time>'
    by_class = later.format('class="updated"') + first.format('class="entry-date published"')
    assert read(body=f"<article>{by_class}</article>") == (MORNING, "html")
    by_label = f"<p>Updated: {later.format('')}</p><p>Published: {first.format('')}</p>"
    assert read(body=f"<article>{by_label}</article>") == (MORNING, "html")
    both = '<time class="entry-date published updated" datetime="2024-05-17T08:30Z">x</time>'
    assert read(body=f"<article>{both}{later.format('')}</article>") == (MORNING, "html")
    lines = "<h1>x</h1><p>Stand: 19.05.2024, 12:00 Uhr</p><p>Veröffentlicht: 17.05.2024, 08:30 Uhr</p>"
    assert read(body=lines) == (MORNING, "html")
    assert read(body="<h1>x</h1><p>Updated 19 May 2024 | Published 17 May 2024 08:30</p>") == (
        MORNING,
        "html",
    )


def test_time_elements_below_the_headline_and_not_elsewhere() -> None:
    clock = '<div><time datetime="2024-05-31T09:00Z">now</time></div>'
    own = f'<h1>x</h1><div><time datetime="{EXACT}">17/5/2024</time></div>'
    assert read(body=clock + own) == (MORNING, "html")


def test_a_time_without_a_zone_yields_to_the_same_with_one() -> None:
    local = jsonld(datePublished="2024-05-17T10:30:00")
    assert read(local + meta(EXACT)) == (MORNING, "meta")
    assert read(local + meta("2024-05-17T08:30:41Z")) == (MORNING.replace(second=41), "meta")
    assert read(local + meta("2024-05-17T09:17:00Z")) == (MORNING.replace(hour=10), "jsonld")
    assert read(local + meta("2024-05-17T10:30:09Z")) == (MORNING.replace(hour=10), "jsonld")


def test_day_and_month_are_exchanged_where_another_source_or_the_fetch_says_so() -> None:
    april = datetime(2024, 4, 3, 10, tzinfo=UTC)
    dated = "https://www.harbourpost.example/2024/04/03/bridge"
    assert read(meta("3/4/2024 10:00")) == (april, "meta")
    assert read(meta("4/3/2024 10:00"), url=dated) == (april, "meta")
    assert read(meta("5/12/2024 10:00")) == (datetime(2024, 5, 12, 10, tzinfo=UTC), "meta")


def test_unix_time_in_jsonld() -> None:
    number = (
        '<script type="application/ld+json">{"@type": "Article", "datePublished": 1715934600000}</script>'
    )
    assert read(number) == (MORNING, "jsonld")


def test_the_article_whose_headline_is_the_title_comes_before_those_that_it_links_to() -> None:
    other = jsonld(headline="Bridge painted", datePublished="2024-01-02T03:04:05Z")
    own = jsonld(headline="Bridge closed", datePublished=EXACT)
    assert read(f"<title>Bridge closed | Post</title>{other}{own}") == (MORNING, "jsonld")


def test_of_masses_of_texts_the_first_are_read() -> None:
    assert read(meta("x 2024 y") * 300 + meta(EXACT)) == (MORNING, "meta")
    assert read(meta("x 2024 y") * 500 + meta(EXACT)) == (DAY, "html")  # found otherwise, without its time
