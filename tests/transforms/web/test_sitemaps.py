import gzip
from collections.abc import Callable
from typing import Any

import apache_beam as beam
from apache_beam.testing.util import assert_that, equal_to

from schemas import Kind, RawPage, Reason, Rejection, Source
from transforms.web.address import Network
from transforms.web.feeds import ENTRIES, POLLED, FetchFeeds, read_web
from transforms.web.fetch import Answer, fetch
from transforms.web.fetcher import Request
from transforms.web.policy import FEEDS, FetchPolicy

POLICY = FetchPolicy(timeout=2.0, host_delay=0.0)
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def sitemap(*links: str) -> bytes:
    urls = "".join(f"<url><loc>{link}</loc><n:news><n:title>On it</n:title></n:news></url>" for link in links)
    return f'<urlset xmlns:n="{NEWS}">{urls}</urlset>'.encode()


def index(*links: str) -> str:
    return (
        f"<sitemapindex>{''.join(f'<sitemap><loc>{link}</loc></sitemap>' for link in links)}</sitemapindex>"
    )


def source(uri: str) -> Source:
    return Source(uri, Kind.FEED_URL)


def gist(result: RawPage | Rejection) -> tuple[str | None, str]:
    if isinstance(result, Rejection):
        return result.source_uri, str(result.reason)
    return result.url, f"{result.via} {result.source_id}"


def serve_house(site: Any) -> str:
    """A robots.txt that names an index that names two sitemaps, one of them as a gzip file."""
    site.serve("/one.xml", sitemap("http://b.test/1"), media="application/xml")
    two = site.serve("/two.xml.gz", gzip.compress(sitemap("http://b.test/2")), media="application/x-gzip")
    site.serve("/index.xml", index("/one.xml", two, "/gone.xml"), media="text/xml")
    return str(site.serve("/robots.txt", "User-agent: *\nSitemap: /index.xml\n", media="text/plain"))


def expected(site: Any, robots: str) -> list[tuple[str, str]]:
    return [
        ("http://b.test/1", f"feed {robots}"),
        ("http://b.test/2", f"feed {robots}"),
        (site.url("/gone.xml"), "http-status"),
    ]


def ask(network: Network) -> Callable[[Request], Answer]:
    return lambda request: fetch(request.url, POLICY, media=FEEDS, network=network)


def test_robots_txt_leads_over_an_index_to_the_news(site: Any, network: Network) -> None:
    robots = serve_house(site)
    passing = Rejection("list.opml", "list", Reason.CORRUPT, "no XML")
    pipeline = beam.Pipeline(runner="FnApiRunner")
    found = pipeline | beam.Create([source(robots), passing]) | FetchFeeds(POLICY, network=network)
    results = found[ENTRIES] | beam.Map(gist)
    assert_that(results, equal_to([*expected(site, robots), ("list.opml", "corrupt")]), "entries")
    outcomes = found[POLLED] | "Outcomes" >> beam.Map(lambda polled: str(polled.outcome))
    assert_that(outcomes, equal_to(["followed", "followed", "changed", "changed", "failed"]), "outcomes")
    pipeline.run()
    assert len(site.paths()) == len(set(site.paths()))


def test_a_sample_is_read_likewise(site: Any, network: Network) -> None:
    robots = serve_house(site)
    found = read_web(source(robots), ask(network))
    assert [gist(item) for item in found] == expected(site, robots)


def test_what_is_named_twice_is_asked_once(site: Any, network: Network) -> None:
    """By a list, by two indexes, and by the robots.txt that names them and what they name."""
    site.serve("/fresh.xml", sitemap("http://b.test/1"), media="application/xml")
    for path in ("/one.xml", "/two.xml"):
        site.serve(path, index("/fresh.xml", "/more.xml"), media="text/xml")
    site.serve("/more.xml", sitemap("http://b.test/2"), media="application/xml")
    names = "Sitemap: /fresh.xml\nSitemap: /one.xml\nSitemap: /two.xml"
    robots = source(str(site.serve("/robots.txt", names, media="text/plain")))
    listed = Source(robots.uri, Kind.FEED_URL, source_id="again")
    pipeline = beam.Pipeline(runner="FnApiRunner")
    found = pipeline | beam.Create([robots, listed]) | FetchFeeds(POLICY, network=network)
    entries = found[ENTRIES] | beam.Map(lambda entry: entry.url)
    assert_that(entries, equal_to(["http://b.test/1", "http://b.test/2"]), "entries")
    urls = found[POLLED] | "URLs" >> beam.Map(lambda polled: polled.state.url)
    paths = ["/fresh.xml", "/more.xml", "/one.xml", "/robots.txt", "/two.xml"]
    assert_that(urls, equal_to([site.url(path) for path in paths]), "polled")
    pipeline.run()
    assert sorted(site.paths()) == paths


def test_an_index_that_leads_ever_deeper_ends(site: Any, network: Network) -> None:
    for n in range(4):
        site.serve(f"/loop{n}.xml", index(f"/loop{n + 1}.xml"), media="text/xml")
    loop, deepest = site.url("/loop0.xml"), site.url("/loop3.xml")
    pipeline = beam.Pipeline(runner="FnApiRunner")
    found = pipeline | beam.Create([source(loop)]) | FetchFeeds(POLICY, network=network)
    assert_that(found[ENTRIES] | beam.Map(gist), equal_to([(deepest, "not-a-feed")]))
    counters = pipeline.run().metrics().query()["counters"]
    assert {c.key.metric.name: c.committed for c in counters}["rejects/not-a-feed"] == 1
    assert len(site.paths()) == 3
    [rejection] = read_web(source(loop), ask(network))
    assert gist(rejection) == (deepest, "not-a-feed")


def test_an_index_that_leads_to_itself_ends(site: Any, network: Network) -> None:
    loop = site.serve("/loop.xml", index("/loop.xml"), media="text/xml")
    pipeline = beam.Pipeline(runner="FnApiRunner")
    found = pipeline | beam.Create([source(loop)]) | FetchFeeds(POLICY, network=network)
    assert_that(found[ENTRIES], equal_to([]))
    pipeline.run()
    assert len(site.paths()) == 1
    [rejection] = read_web(source(loop), ask(network))
    assert gist(rejection) == (loop, "not-a-feed")


def test_compressed_files_are_bounded_and_damaged_ones_rejected(
    site: Any, network: Network, monkeypatch: Any
) -> None:
    def reason(body: bytes) -> str:
        url = site.serve("/news.xml.gz", body, media="application/gzip")
        [rejection] = read_web(source(url), ask(network))
        return gist(rejection)[1]

    whole = gzip.compress(sitemap(*(f"http://b.test/{n}" for n in range(500))))
    assert reason(whole[:200]) == "truncated"
    assert reason(whole[:50] + b"x" * 50 + whole[100:]) == "corrupt"
    monkeypatch.setattr("transforms.web.polls.MAX_FEED_BYTES", 20_000)
    assert reason(whole) == "too-large"
