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
