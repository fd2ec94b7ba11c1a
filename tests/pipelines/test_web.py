"""Feeds by their URLs, through the whole graph, from a server on loopback."""

import json

import pyarrow.dataset as ds
import pytest

from pipelines.cli import main

SENTENCES = (
    "The ferry company said on Thursday that it would buy two new ships for the northern route. "
    "They are to be built in a yard on the other side of the sound and delivered in three years. "
    "The older vessels will be sold, the company said, as soon as the new ones have passed their trials."
)
PAGE = f"""<!doctype html><html lang="en"><head><title>Two new ships</title></head><body>
<nav><a href="/">Home</a></nav><article><h1>Two new ships</h1><p>{SENTENCES}</p>
<p>{SENTENCES.replace("Thursday", "Friday")}</p></article></body></html>"""
TEASER = "The northern route gets two new ships, and the older ones are to be sold in three years."


@pytest.fixture
def feed(site):
    """The URL of a feed of two entries: the page of one is there, that of the other is gone."""
    host = site.url("", "127.0.0.1")
    items = "".join(
        f"<item><title>Story {n}</title><link>{host}/{n}</link><description>{TEASER} {n}</description></item>"
        for n in ("page", "gone")
    )
    site.serve(
        "/feed.xml", f"<rss version='2.0'><channel>{items}</channel></rss>", media="application/rss+xml"
    )
    site.serve("/page", PAGE)
    return f"{host}/feed.xml"


def ingest(feed, output, *more):
    status = main(["ingest", feed, "--output", str(output), "--host-delay", "0", "--run-id", "r1", *more])
    run = json.loads((output / "_runs" / "r1.json").read_text())
    articles = ds.dataset(output / "articles").to_table().to_pylist() if run["articles"] else []
    return status, run, {article["title"]: article for article in articles}


def test_links_are_fetched_and_the_feeds_own_content_stands_in_for_lost_pages(feed, site, tmp_path):
    status, run, articles = ingest(feed, tmp_path, "--allow-private-hosts")
    assert (status, run["read"], run["articles"]) == (0, 2, 2)
    assert "passed their trials" in articles["Story page"]["text"]
    assert {title: article["via"] for title, article in articles.items()} == {
        "Story page": "page", "Story gone": "feed"
    }  # fmt: skip
    assert articles["Story gone"]["text"] == f"{TEASER} gone"
    assert sorted(site.paths()) == ["/feed.xml", "/gone", "/page", "/robots.txt"]


def test_no_fetch_asks_for_the_feed_alone(feed, site, tmp_path):
    _, run, articles = ingest(feed, tmp_path, "--allow-private-hosts", "--no-fetch")
    assert run["articles"] == 2
    assert {article["via"] for article in articles.values()} == {"feed"}
    assert site.paths() == ["/feed.xml"]


def test_a_sample_of_a_feed(feed, tmp_path):
    _, run, articles = ingest(feed, tmp_path, "--allow-private-hosts", "--limit", "1")
    assert run["read"] == 1
    assert articles["Story page"]["via"] == "page"


def test_private_addresses_are_never_asked_unless_allowed(feed, site, tmp_path):
    status, run, _ = ingest(feed, tmp_path)
    assert status == 1  # the INPUT could not be read
    assert run["rejects_by_reason"] == {"forbidden-address": 1}
    assert site.paths() == []
