import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.declared import read_declared
from transforms.page import parse_page
from transforms.titles import house_names, key_of, page_title, read_headlines, text_of, without_site

URL = "https://www.harbourpost.example/news/1234"
SITE = '<meta property="og:site_name" content="Harbour Post">'


def title_of(head: str = "", body: str = "", url: str = URL) -> str | None:
    tree = parse_page(f"<!doctype html><html><head>{SITE}{head}</head><body>{body}<p>x</p></body></html>")
    assert tree is not None
    return page_title(tree, read_headlines(tree, read_declared(tree), url), url)


def graph(title: str) -> str:
    return f'<meta property="og:title" content="{title}">'


def twitter(title: str) -> str:
    return f'<meta name="twitter:title" content="{title}">'


def jsonld(title: str, **properties: str) -> str:
    node = {"@type": "NewsArticle", "headline": title, **properties}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def window(title: str) -> str:
    return f"<title>{title}</title>"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (jsonld("Bridge to be repaired"), ""),
        (graph("Bridge to be repaired"), ""),
        (twitter("Bridge to be repaired"), ""),
        ("", "<h1>Bridge to be <em>repaired</em></h1>"),
        ("", "<h1>Bridge<br>to be repaired</h1>"),
        (window("Bridge to be repaired"), ""),
        (graph("Bridge to be &amp;#114;epaired"), ""),
        (jsonld("<i>Bridge</i> to be repaired"), ""),
    ],
)
def test_each_source_alone(head: str, body: str) -> None:
    assert title_of(head, body) == "Bridge to be repaired"


@pytest.mark.parametrize(
    "title",
    [
        "Bridge to be repaired | Harbour Post",
        "Harbour Post - Bridge to be repaired",
        "Bridge to be repaired – harbourpost.example",
        "Bridge to be repaired | Local | The Harbour Post",
        "Bridge to be repaired : Harbour Post Online",
        "Bridge to be repaired｜Harbour Post",
        "Bridge to be repaired / Harbour Post",
        "Bridge to be repaired ― Harbour Post",
        "Bridge to be repaired: Harbour Post",
        "Harbour Post: Bridge to be repaired",
    ],
)
def test_house_and_section_go(title: str) -> None:
    assert title_of(window(title) + jsonld("", articleSection="Local")) == "Bridge to be repaired"


def test_debris_of_unknown_name_goes_where_a_heading_tells_it_apart() -> None:
    assert title_of(window("Bridge closed - Breaking News"), "<h1>Bridge closed</h1>") == "Bridge closed"
    both = graph("Bridge closed") + jsonld("Bridge closed | Sport") + window("Bridge closed | Sport")
    assert title_of(both, "<h1>Bridge closed</h1>") == "Bridge closed"


def test_lower_headings_tell_debris_apart_where_nothing_else_does() -> None:
    body = "<h2>Traffic</h2><h2>Bridge closed</h2>"
    assert title_of(window("Bridge closed | Bay Ledger"), body) == "Bridge closed"
    assert (
        title_of(window("Traffic | Bridges that close"), "<h2>Traffic</h2>") == "Traffic | Bridges that close"
    )


def test_a_kicker_with_the_name_of_the_section_stays() -> None:
    assert (
        title_of(window("Local: bridge closed") + jsonld("", articleSection="Local"))
        == "Local: bridge closed"
    )


def test_separators_inside_a_headline_stay() -> None:
    assert title_of(window("Bridge - what it costs | Harbour Post")) == "Bridge - what it costs"
    both = "Europe : les ponts ferment"
    assert title_of(graph(both) + window(both), f"<h1>{both}</h1>") == both


def test_the_name_of_the_house_is_no_headline() -> None:
    logo = "<h1>Harbour Post</h1><h1>Bridge to be repaired</h1>"
    assert title_of(graph("Harbour Post") + window("Harbour Post"), logo) == "Bridge to be repaired"
    assert title_of(graph("Harbour Post")) is None


SEO = "Harbour town news: swing bridge closure, dates, costs"


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        # <title> is for search engines, Open Graph and JSON-LD are the page's own
        (
            graph("Good-bye, old bridge") + jsonld(SEO) + window(SEO),
            f"<h1>{SEO}</h1>",
            "Good-bye, old bridge",
        ),
        (
            jsonld("Good-bye, old bridge") + graph(SEO) + window(SEO),
            f"<h1>{SEO}</h1>",
            "Good-bye, old bridge",
        ),
        # shortened for sharing, in whole words
        (graph("The old bridge goes") + window("The old bridge goes on Monday"), "", "The old bridge goes"),
        # two such: other headings and Twitter decide
        (graph("Bridge goes") + jsonld("Good-bye") + window(SEO), "<h1>Good-bye</h1>", "Good-bye"),
        (graph("Bridge goes") + jsonld("Good-bye") + window(SEO), "<h1>x</h1><h2>Good-bye</h2>", "Good-bye"),
        (graph("Bridge goes") + jsonld("Good-bye") + twitter("Bridge goes"), "", "Bridge goes"),
        # one alone against all others
        (graph("Guess what!") + jsonld(SEO) + twitter(SEO) + window(SEO), f"<h1>{SEO}</h1>", SEO),
        # cut at a quotation mark or an ellipsis
        (graph("Mayor: ") + window('Mayor: "Never"') + jsonld("Mayor says no"), "", "Mayor says no"),
        (
            graph("The old bridge goes…") + jsonld("The old bridge goes on Monday"),
            "",
            "The old bridge goes on Monday",
        ),
        # headings of dialogues
        (window("The old bridge goes"), "<h1>Create a password</h1>", "The old bridge goes"),
    ],
)
def test_conflicts(head: str, body: str, expected: str) -> None:
    assert title_of(head, body) == expected


@pytest.mark.parametrize(
    ("slug", "expected"), [("1234", "Guess what!"), ("harbour-town-bridge-closure", SEO)]
)
def test_the_address_speaks_for_a_headline(slug: str, expected: str) -> None:
    head = graph("Guess what!") + jsonld(SEO) + window(SEO)
    assert title_of(head, f"<h1>{SEO}</h1>", f"https://harbourpost.example/{slug}") == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ('<span class="kicker">Swing bridge</span> Town is cut off', "Swing bridge: Town is cut off"),
        (
            '<span class="article__overline">Swing bridge:</span> Town is cut off',
            "Swing bridge: Town is cut off",
        ),
        ('<span class="kicker"></span>Town is cut off', "Town is cut off"),
    ],
)
def test_a_kicker_is_joined_by_a_colon(heading: str, expected: str) -> None:
    assert title_of(body=f"<h1>{heading}</h1>") == expected


def test_without_site() -> None:
    assert without_site("Bridge closed | Harbour Post", "Bridge closed") == "Bridge closed"
    assert without_site("Bridge closed again", "Bridge closed") == "Bridge closed again"
    assert without_site("Bridge closed", None) == "Bridge closed"


def test_a_text_for_a_title_stays_whole() -> None:
    text = "Bridge closed | " * 100
    assert without_site(text, "Bridge closed") == text
    assert title_of(graph(text + "Harbour Post")) == f"{text}Harbour Post"


def test_house_names() -> None:
    tree = parse_page(f"<html><head>{SITE}</head><body><p>x</p></body></html>")
    assert tree is not None
    names = house_names(read_declared(tree), "https://news.thedaily.example/1")
    assert {"harbourpost", "theharbourpost", "thedaily", "daily", "newsthedailyexample"} <= names


def test_text_of_parts_lines() -> None:
    tree = parse_page("<html><body><div><p>One<br>two</p><p>th<b>r</b>ee</p></div></body></html>")
    assert tree is not None
    assert text_of(tree.find(".//div")) == "One two three"


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_no_text_raises(graph_title: str, headline: str, path: str) -> None:
    tree = parse_page(f"<html><head>{SITE}</head><body><h1>x</h1></body></html>")
    assert tree is not None
    declared = read_declared(tree)
    declared = type(declared)(
        articles=({"@type": "Article", "headline": headline},), meta={"og:title": (graph_title,)}
    )
    url = f"https://harbourpost.example/{path}"
    title = page_title(tree, read_headlines(tree, declared, url), url)
    assert title is not None
    assert key_of(title)
