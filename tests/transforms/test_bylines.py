import json

import pytest

from transforms.bylines import page_bylines
from transforms.declared import read_declared
from transforms.page import parse_page

URL = "https://www.harbourpost.example/news/bridge"
SITE = '<meta property="og:site_name" content="Harbour Post">'
ANN = ("Ann Ash",)


def read(head: str = "", body: str = "") -> tuple[tuple[str, ...], str | None]:
    tree = parse_page(
        f"<!doctype html><html><head>{SITE}{head}</head><body><h1>Bridge</h1>{body}<p>x</p></body></html>"
    )
    assert tree is not None
    return page_bylines(tree, read_declared(tree), URL)


def jsonld(author: object) -> str:
    node = {"@type": "NewsArticle", "author": author}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def meta(name: str, content: str) -> str:
    return f'<meta name="{name}" content="{content}">'


REFERENCE = {
    "@graph": [
        {"@type": "Article", "author": {"@id": "#1"}},
        {"@type": "Person", "@id": "#1", "name": "Ann Ash"},
    ]
}


@pytest.mark.parametrize(
    "head",
    [
        jsonld("Ann Ash"),
        jsonld({"@type": "Person", "name": "By Ann Ash"}),
        jsonld(
            [[{"@type": "Person", "name": "Ann Ash"}], {"@type": "Organization", "name": "Bo Birch Media"}]
        ),
        jsonld({"@type": "Person", "givenName": "Ann", "familyName": "Ash"}),
        f'<script type="application/ld+json">{json.dumps(REFERENCE)}</script>',
        meta("author", "https://social.example/ann") + meta("author", "Ann Ash"),
        meta("parsely-author", "Ann Ash"),
        meta("twitter:label1", "Written by") + meta("twitter:data1", "Ann Ash"),
        jsonld({"@type": "Person", "name": "Harbour Post"}) + meta("author", "Ann Ash, Harbour Post"),
    ],
)
def test_declared(head: str) -> None:
    assert read(head) == (ANN, None)


@pytest.mark.parametrize(
    "body",
    [
        '<div class="byline">By <a href="/ann">Ann Ash</a></div>',
        '<a rel="author" href="/ann">Ann Ash</a>',
        '<span itemprop="author">Ann Ash</span>',
        '<meta itemprop="author" content="Ann Ash">',
        '<p class="article-author">von <a>Ann Ash</a></p><p>Text</p>',
        '<span class="authorname">Ann Ash </span>',
        '<div class="c-author__name">Ann Ash<span>Reporter</span></div>',
        '<div class="byline"><span>Ann Ash</span><span>November 21, 2025</span></div>',
        "<ul><li><span>von</span> <span>Ann Ash</span></li></ul>",
        "<p>By Ann Ash</p>",
        '<div class="comments"><span class="author">Bo Birch</span></div><p class="author">Ann Ash</p>',
        '<div class="byline">Ann Ash</div><aside class="teaser"><div class="byline">Bo Birch</div></aside>',
        '<div class="byline">Ann Ash</div><section><div class="byline">Bo Birch</div></section>',
    ],
)
def test_shown(body: str) -> None:
    assert read(body=body) == (ANN, None)


def test_siblings_belong_together() -> None:
    both = '<p><a rel="author">Ann Ash</a>, <a rel="author">Bo Birch</a></p>'
    assert read(body=both) == (("Ann Ash", "Bo Birch"), None)


@pytest.mark.parametrize(
    "body",
    [
        "<p>By the river the bridge is closed for good.</p>",
        '<p class="authorities">Ann Ash</p>',
        "<p>By Ann</p>",
    ],
)
def test_what_is_no_byline(body: str) -> None:
    assert read(body=body) == ((), None)


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (jsonld("Ann Ash") + meta("author", "Bo Birch"), '<p class="byline">Cy Cole</p>', (ANN, None)),
        (jsonld([{"name": "Ann Ash"}, {"name": "dpa"}]), "", (ANN, "dpa")),
        (jsonld({"@type": "Organization", "name": "Reuters"}), "", ((), "reuters")),
        # where an agency is declared, names elsewhere are others'
        (jsonld("dpa"), '<p class="byline">Cy Cole</p>', ((), "dpa")),
        (meta("author", "AFP, MANILA"), "", ((), "afp")),
        ("", '<p class="byline">By ANN ASH<br>Associated Press</p>', (ANN, "ap")),
        ("", '<p class="byline">Reuters</p>', ((), "reuters")),
    ],
)
def test_conflicts_and_agencies(head: str, body: str, expected: tuple[tuple[str, ...], str | None]) -> None:
    assert read(head, body) == expected
