"""Feeds by their URLs, through the whole graph, from a server on loopback."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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


class Site(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        host = f"http://127.0.0.1:{self.server.server_port}"
        match self.path:
            case "/feed.xml":
                items = "".join(
                    f"<item><title>Story {n}</title><link>{host}/{n}</link>"
                    f"<description>{TEASER} {n}</description></item>"
                    for n in ("page", "gone")
                )
                self.answer(
                    200, "application/rss+xml", f"<rss version='2.0'><channel>{items}</channel></rss>"
                )
            case "/page":
                self.answer(200, "text/html; charset=utf-8", PAGE)
            case _:
                self.answer(404, "text/html", "not here")

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def ingest(site, output, *more):
    feed = f"http://127.0.0.1:{site.server_port}/feed.xml"
    status = main(["ingest", feed, "--output", str(output), "--host-delay", "0", "--run-id", "r1", *more])
    run = json.loads((output / "_runs" / "r1.json").read_text())
    articles = ds.dataset(output / "articles").to_table().to_pylist() if run["articles"] else []
    return status, run, {article["title"]: article for article in articles}


def test_links_are_fetched_and_the_feeds_own_content_stands_in_for_lost_pages(site, tmp_path):
    status, run, articles = ingest(site, tmp_path, "--allow-private-hosts")
    assert (status, run["read"], run["articles"]) == (0, 2, 2)
    assert "passed their trials" in articles["Story page"]["text"]
    assert {title: article["via"] for title, article in articles.items()} == {
        "Story page": "page", "Story gone": "feed"
    }  # fmt: skip
    assert articles["Story gone"]["text"] == f"{TEASER} gone"
    assert sorted(site.asked) == ["/feed.xml", "/gone", "/page", "/robots.txt"]


def test_no_fetch_asks_for_the_feed_alone(site, tmp_path):
    _, run, articles = ingest(site, tmp_path, "--allow-private-hosts", "--no-fetch")
    assert run["articles"] == 2
    assert {article["via"] for article in articles.values()} == {"feed"}
    assert site.asked == ["/feed.xml"]


def test_a_sample_of_a_feed(site, tmp_path):
    _, run, articles = ingest(site, tmp_path, "--allow-private-hosts", "--limit", "1")
    assert run["read"] == 1
    assert articles["Story page"]["via"] == "page"


def test_private_addresses_are_never_asked_unless_allowed(site, tmp_path):
    status, run, _ = ingest(site, tmp_path)
    assert status == 1  # the INPUT could not be read
    assert run["rejects_by_reason"] == {"forbidden-address": 1}
    assert site.asked == []
