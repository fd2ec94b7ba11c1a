"""Runs over feeds, one after the other, against a server on loopback that counts what it is asked."""

import csv
import gzip
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipelines.cli import main
from schemas.table import FEED_STATES

SENTENCES = (
    "The ferry company said on Thursday that it would buy two new ships for the northern route. "
    "They are to be built in a yard on the other side of the sound and delivered in three years. "
    "The older vessels will be sold, the company said, as soon as the new ones have passed their trials."
)
RSS = "application/rss+xml"
ROOT = Path(__file__).parents[2]


def page(name):
    return (
        f"<html lang=en><head><title>Story {name}</title></head><body><article><h1>Story {name}</h1>"
        f"<p>{SENTENCES}</p><p>{SENTENCES.replace('Thursday', f'day {name}')}</p></article></body></html>"
    )


def publish(site, *names, path="/feed.xml", **headers):
    """Has the site serve a feed of these stories, and their pages; returns the feed's URL."""
    items = ""
    for name in names:
        url = site.serve(f"/story/{name}", page(name)).replace("a.test", "127.0.0.1")
        items += (
            f"<item><title>Story {name}</title><link>{url}</link><description>On {name}.</description></item>"
        )
    feed = f"<rss version='2.0'><channel><title>Sound Herald</title>{items}</channel></rss>"
    return site.serve(path, feed, media=RSS, **headers).replace("a.test", "127.0.0.1")


def ingest(output, run_id, *inputs, host_delay="0", expect=0):
    """Runs the command and returns the run's JSON."""
    options = ["--output", str(output), "--run-id", run_id, "--host-delay", host_delay]
    assert main(["ingest", *map(str, inputs), *options, "--allow-private-hosts"]) == expect
    return json.loads((output / "_runs" / f"{run_id}.json").read_text())


def titles(output):
    return sorted(ds.dataset(output / "articles").to_table()["title"].to_pylist())


def state_files(output):
    return sorted((output / FEED_STATES.name).rglob("*.parquet"))


def state_names(output):
    return [path.name for path in state_files(output)]


def states(output):
    return [row for path in state_files(output) for row in pq.read_table(path).to_pylist()]


def test_a_second_run_over_unchanged_feeds_fetches_no_article(site, tmp_path):
    feeds = [
        publish(site, "one", "two", path="/whole.xml"),
        publish(site, "three", path="/tagged.xml", ETag='"v1"'),
    ]
    first = ingest(tmp_path, "r1", *feeds)
    assert (first["read"], first["articles"], first["feeds"]) == (3, 3, {"changed": 2})
    asked = len(site.requests)
    second = ingest(tmp_path, "r2", *feeds)
    assert sorted(site.paths()[asked:]) == ["/tagged.xml", "/whole.xml"]
    assert (second["read"], second["articles"], second["feeds"]) == (0, 0, {"unchanged": 2})
    assert titles(tmp_path) == ["Story one", "Story three", "Story two"]


def test_a_changed_feed_costs_its_new_entries_alone(site, tmp_path):
    feed = publish(site, "one", "two")
    ingest(tmp_path, "r1", feed)
    publish(site, "three", "one", "two")
    asked = len(site.requests)
    second = ingest(tmp_path, "r2", feed)
    assert [path for path in site.paths()[asked:] if path != "/robots.txt"] == ["/feed.xml", "/story/three"]
    assert (second["read"], second["articles"], second["already_held"]) == (3, 1, 2)
    assert titles(tmp_path) == ["Story one", "Story three", "Story two"]


def test_a_run_that_fails_has_seen_nothing(site, tmp_path, monkeypatch):
    feed = publish(site, "one", "two")
    with monkeypatch.context() as patched:
        patched.setattr("transforms.commit.move_into_place", lambda *_: 1 / 0)
        assert main(["ingest", feed, "--output", str(tmp_path), "--run-id", "r1", "--host-delay", "0",
                     "--allow-private-hosts"]) == 70  # fmt: skip
    assert ingest(tmp_path, "r2", feed)["articles"] == 2
    assert titles(tmp_path) == ["Story one", "Story two"]


def test_a_run_killed_before_its_json_counts_for_nothing_and_can_be_run_again(site, tmp_path, monkeypatch):
    feed = publish(site, "one", "two")
    with monkeypatch.context() as patched:
        patched.setattr("transforms.commit.write_json", lambda *_: 1 / 0)
        assert main(["ingest", feed, "--output", str(tmp_path), "--run-id", "r1", "--host-delay", "0",
                     "--allow-private-hosts"]) == 70  # fmt: skip
    assert state_names(tmp_path) == ["r1-00000.parquet"]  # moved, and not to be trusted
    assert ingest(tmp_path, "r1", feed)["articles"] == 2
    assert titles(tmp_path) == ["Story one", "Story two"]


def test_the_same_run_again_replaces_its_own_articles_and_forgets_no_other_feed(site, tmp_path):
    other = publish(site, "other", path="/other.xml")
    ingest(tmp_path, "r0", other)
    feed = publish(site, "one", "two")
    ingest(tmp_path, "r1", feed)
    again = ingest(tmp_path, "r1", feed)
    assert (again["articles"], again["already_held"]) == (2, 0)
    assert titles(tmp_path) == ["Story one", "Story other", "Story two"]
    assert ingest(tmp_path, "r2", feed, other)["feeds"] == {"unchanged": 2}


def test_a_run_that_is_done_again_and_killed_while_its_files_move_loses_nothing(site, tmp_path, monkeypatch):
    """Its JSON is gone then, and a later run says that its entries were taken."""
    feed = publish(site, "one", "two")
    ingest(tmp_path, "r1", feed)
    ingest(tmp_path, "r2", feed)
    with monkeypatch.context() as patched:
        patched.setattr("transforms.commit.move_into_place", lambda *_: 1 / 0)
        assert main(["ingest", feed, "--output", str(tmp_path), "--run-id", "r1", "--host-delay", "0",
                     "--allow-private-hosts"]) == 70  # fmt: skip
    assert ingest(tmp_path, "r1", feed)["articles"] == 2
    assert titles(tmp_path) == ["Story one", "Story two"]


def test_without_state_nothing_is_skipped_and_nothing_remembered(site, tmp_path):
    feed = publish(site, "one")
    ingest(tmp_path, "r1", feed, "--no-state")
    assert state_names(tmp_path) == []
    ingest(tmp_path, "r2", feed)
    assert ingest(tmp_path, "r3", feed, "--no-state")["read"] == 1
    assert state_names(tmp_path) == ["r2-00000.parquet"]


def test_one_file_holds_the_state_of_all_feeds_however_many_runs_there_were(site, tmp_path):
    for number in range(2):
        ingest(tmp_path, f"r{number}", publish(site, f"s{number}", path=f"/feed{number}.xml"))
    assert state_names(tmp_path) == ["r1-00000.parquet"]
    assert len(states(tmp_path)) == 2
    assert ingest(tmp_path, "r2", site.url("/feed0.xml", "127.0.0.1"))["feeds"] == {"unchanged": 1}


def test_two_runs_at_once_both_count(site, tmp_path):
    feeds = [publish(site, f"s{number}", path=f"/feed{number}.xml") for number in range(3)]
    ingest(tmp_path, "r0", feeds[0])
    options = ["--output", str(tmp_path), "--host-delay", "0", "--allow-private-hosts"]
    program = [sys.executable, "-m", "pipelines.cli", "ingest", *options]
    runs = [
        subprocess.Popen([*program, feed, "--run-id", run_id], cwd=ROOT)
        for run_id, feed in (("ra", feeds[1]), ("rb", feeds[2]))
    ]
    assert [run.wait() for run in runs] == [0, 0]
    assert ingest(tmp_path, "r1", *feeds)["feeds"] == {"unchanged": 3}
    assert state_names(tmp_path) == ["r1-00000.parquet"]
    assert titles(tmp_path) == ["Story s0", "Story s1", "Story s2"]


def test_a_failing_feed_is_told_once_and_then_left_alone(site, tmp_path):
    down = site.serve("/down.xml", status=404).replace("a.test", "127.0.0.1")
    gone = site.serve("/gone.xml", status=410).replace("a.test", "127.0.0.1")
    first = ingest(tmp_path, "r1", down, gone, expect=1)
    assert (first["rejects_by_reason"], first["feeds"]) == ({"http-status": 2}, {"failed": 2})
    asked = len(site.requests)
    second = ingest(tmp_path, "r2", down, gone)
    assert (second["rejects"], second["feeds"]) == (0, {"not-due": 1, "off": 1})
    assert len(site.requests) == asked


def test_the_interval_of_a_list_holds(site, tmp_path):
    url = publish(site, "one")
    (tmp_path / "my.feeds.csv").write_text(f"url,interval_minutes\n{url},60\n")
    ingest(tmp_path / "data", "r1", tmp_path / "my.feeds.csv")
    asked = len(site.requests)
    assert ingest(tmp_path / "data", "r2", tmp_path / "my.feeds.csv")["feeds"] == {"not-due": 1}
    assert len(site.requests) == asked


def test_manners(site, tmp_path):
    """No two requests closer than the delay, and nothing that robots.txt forbids."""
    site.serve("/robots.txt", "User-agent: *\nDisallow: /story/secret", media="text/plain")
    feeds = [
        publish(site, "one", "secret", path="/feed1.xml"),
        publish(site, "two", "one", path="/feed2.xml"),
    ]
    run = ingest(tmp_path, "r1", *feeds, host_delay="150ms")
    assert min(after.at - before.at for before, after in pairwise(site.requests)) >= 0.15
    assert sorted(site.paths()) == ["/feed1.xml", "/feed2.xml", "/robots.txt", "/story/one", "/story/two"]
    assert run["fallbacks_by_reason"] == {"robots": 1}
    assert titles(tmp_path) == ["Story one", "Story secret", "Story two"]


def test_hostile_feeds_end_as_rejects(site, tmp_path):
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE r [<!ENTITY e0 "ha">{entities}]><rss><channel><title>&e9;</title></channel></rss>'
    site.serve("/bomb", gzip.compress(bytes(50_000_000)), media=RSS, Content_Encoding="gzip")
    site.serve("/entities", bomb, media=RSS)
    site.drip("/drip", b"HTTP/1.1 200 OK\r\n\r\n<rss>", seconds=8.0)
    site.redirect("/loop", "/loop2")
    site.redirect("/loop2", "/loop")
    site.redirect("/file", "file:///etc/passwd")
    site.serve("/page", page("no feed"))
    expected = {
        "/bomb": "too-large",
        "/drip": "fetch-failed",
        "/loop": "fetch-failed",
        "/file": "forbidden-address",
        "/page": "not-a-feed",
        "/lost": "http-status",
    }
    good = publish(site, "one")
    with (tmp_path / "zoo.feeds.csv").open("w") as file:
        urls = [site.url(path, "127.0.0.1") for path in (*expected, "/entities")]
        csv.writer(file).writerows([["url"], *([url] for url in (*urls, good))])
    ingest(tmp_path / "data", "r1", tmp_path / "zoo.feeds.csv", "--fetch-timeout", "1s")
    rejects = ds.dataset(tmp_path / "data" / "rejects").to_table().to_pylist()
    reasons = {row["source_uri"].partition(str(site.port))[2]: row["reason"] for row in rejects}
    assert {path: reasons[path] for path in expected} == expected
    assert titles(tmp_path / "data") == ["Story one"]


def test_retry_after_outlasts_the_run(site, tmp_path):
    busy = site.serve("/busy.xml", status=429, Retry_After="86400").replace("a.test", "localhost")
    ingest(tmp_path, "r1", busy, expect=1)
    (row,) = states(tmp_path)
    assert (row["due_at"] - row["polled_at"]).total_seconds() == 86400


def test_a_page_that_was_lost_is_fetched_by_the_next_run(site, tmp_path):
    feed = publish(site, "one", "two")
    site.serve("/story/two", "", status=503)
    first = ingest(tmp_path, "r1", feed)
    assert (first["read"], first["articles_by_via"]) == (2, {"feed": 1, "page": 1})
    site.serve("/story/two", page("two"))
    asked = len(site.requests)
    second = ingest(tmp_path, "r2", feed)
    assert (second["read"], second["articles_by_via"], second["already_held"]) == (2, {"page": 1}, 1)
    assert "/story/one" not in site.paths()[asked:]
    assert titles(tmp_path) == ["Story one", "Story two", "Story two"]


def test_the_robots_txt_of_a_site_leads_to_its_news_of_which_no_run_fetches_any_again(site, tmp_path):
    """Its sitemap is known like a feed, and asked for although the robots.txt is the same."""
    schema = "http://www.google.com/schemas/sitemap-news/0.9"

    def publish_news(*names):
        urls = ""
        for name in names:
            url = site.serve(f"/story/{name}", page(name)).replace("a.test", "127.0.0.1")
            urls += f"<url><loc>{url}</loc><n:news><n:title>Story {name}</n:title></n:news></url>"
        site.serve("/news.xml", f"<urlset xmlns:n='{schema}'>{urls}</urlset>", media="text/xml")

    publish_news("one", "two")
    robots = site.serve("/robots.txt", "User-agent: *\nSitemap: /news.xml\n", media="text/plain")
    robots = robots.replace("a.test", "127.0.0.1")
    first = ingest(tmp_path, "r1", robots)
    assert (first["articles_by_via"], first["feeds"]) == ({"page": 2}, {"changed": 1, "followed": 1})
    publish_news("three", "two")
    asked = len(site.requests)
    second = ingest(tmp_path, "r2", robots)
    assert (second["read"], second["articles"], second["already_held"]) == (2, 1, 1)
    assert [path for path in site.paths()[asked:] if path != "/robots.txt"] == ["/news.xml", "/story/three"]


def test_a_json_feed_is_a_feed(site, tmp_path):
    url = site.serve("/story/one", page("one")).replace("a.test", "127.0.0.1")
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": url}]}
    feed_url = site.serve("/feed.json", json.dumps(feed), media="application/feed+json")
    run = ingest(tmp_path, "r1", feed_url.replace("a.test", "127.0.0.1"))
    assert (run["read"], run["articles_by_via"]) == (1, {"page": 1})
