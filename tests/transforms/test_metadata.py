import json
from datetime import UTC, datetime

import pytest

from schemas import Metadata
from transforms.declared import read_declared
from transforms.metadata import merge_metadata, page_metadata
from transforms.page import parse_page
from transforms.titles import read_headlines

URL = "https://www.harbourpost.example/news/bridge"
FETCHED = datetime(2024, 6, 1, tzinfo=UTC)
MORNING = datetime(2024, 5, 17, 8, 30, tzinfo=UTC)


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


def test_each_field_is_read() -> None:
    head = meta(og__title="Bridge | Harbour Post", og__site_name="Harbour Post") + jsonld(
        author=[{"name": "By Ann Ash"}, {"name": "dpa"}], datePublished="2024-05-17T08:30:00Z"
    )
    found = read(head)
    assert (found.title, found.authors, found.agency) == ("Bridge", ("Ann Ash",), "dpa")
    assert (found.published_at, found.published_from) == (MORNING, "jsonld")


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
    deep: list[object] = ["Ann Ash"]
    for _ in range(500):
        deep = [deep]
    assert read(jsonld(headline="Bridge to be repaired", author=deep)).title == "Bridge to be repaired"


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


def test_merge_leaves_the_site_out_of_the_sources_title() -> None:
    own = Metadata(title="Bridge closed")
    assert merge_metadata(Metadata(title="Bridge closed | Harbour Post"), own).title == "Bridge closed"
    assert merge_metadata(Metadata(title="Bridge closed again"), own).title == "Bridge closed again"
    assert merge_metadata(Metadata(), own).title == "Bridge closed"


def test_merge_keeps_the_sources_date_over_a_mere_day() -> None:
    row = Metadata(published_at=MORNING, published_from="row")
    assert merge_metadata(row, Metadata(published_at=FETCHED, published_from="url")).published_from == "row"
    assert (
        merge_metadata(Metadata(), Metadata(published_at=FETCHED, published_from="url")).published_from
        == "url"
    )
