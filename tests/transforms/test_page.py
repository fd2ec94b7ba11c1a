import pytest

from transforms.declared import read_declared
from transforms.page import (
    MAX_ELEMENTS,
    Extractor,
    PageText,
    extract_fragment,
    extract_page,
    is_fragment,
    parse_page,
    plain_fragment,
    reads_like_article,
)

FIRST = (
    "The council of Lower Harbour approved the repair of the old swing bridge on Tuesday, after a debate of "
    "three hours in which residents asked for a footpath on the northern side."
)
SECOND = (
    "Work begins in spring and will last two years, the mayor said. Until then lorries of more than seven "
    "tonnes have to take the road along the canal, which the town widened last autumn."
)
THIRD = "Nobody knows yet what the repair will cost, but the town has set aside four million crowns for it."
SECTIONS = ("News", "Sport", "Culture", "Weather", "Jobs") * 5
MENU = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in SECTIONS)


both = pytest.mark.parametrize("extractor", list(Extractor))


def extract(html: str, extractor: Extractor = Extractor.FAST) -> PageText | None:
    tree = parse_page(html)
    return extract_page(html, tree, read_declared(tree), None, extractor) if tree is not None else None


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head><title>Harbour Post</title>{head}</head><body>{body}</body></html>"


ARTICLE = page(
    f"<nav><ul>{MENU}</ul></nav><main><article><h1>Bridge to be repaired</h1><p>{FIRST}</p>"
    f"<h2>Lorries take the canal road</h2><p>{SECOND}</p><p>{THIRD}</p></article></main>"
    '<section class="comments"><p>This is what I have always said, and nobody listened!</p></section>'
    f"<footer><ul>{MENU}</ul><p>© Harbour Post</p></footer>"
)


@both
def test_paragraphs_and_headings_are_kept_and_clutter_is_not(extractor: Extractor) -> None:
    found = extract(ARTICLE, extractor)
    assert found is not None
    assert found.text_from == str(extractor)
    lines = found.text.split("\n")
    assert lines[-4:] == [FIRST, "Lorries take the canal road", SECOND, THIRD]
    assert "Weather" not in found.text
    assert "always said" not in found.text
    assert found.visible_chars > len(found.text.replace(" ", ""))


@both
def test_a_text_does_not_depend_on_the_pages_before_it(extractor: Extractor) -> None:
    alone = extract(ARTICLE, extractor)
    for _ in range(5):
        extract(ARTICLE, extractor)
    assert extract(ARTICLE, extractor) == alone


@both
def test_the_tree_is_left_as_it_was(extractor: Extractor) -> None:
    tree = parse_page(ARTICLE)
    assert tree is not None
    before = len(list(tree.iter()))
    extract_page(ARTICLE, tree, read_declared(tree), None, extractor)
    assert len(list(tree.iter())) == before


@both
def test_json_ld_stands_in_for_a_page_that_scripts_fill(extractor: Extractor) -> None:
    body = f"{FIRST}\\n{SECOND}"
    script = (
        f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{body}"}}</script>'
    )
    found = extract(page('<div id="app"></div>', script), extractor)
    assert found is not None
    assert (found.text, found.text_from) == (f"{FIRST}\n{SECOND}", "jsonld")


@both
@pytest.mark.parametrize(
    "body",
    [
        f"<ul>{MENU}</ul>",
        f"<ul>{MENU}</ul><p>© 2024 Harbour Post Publishing Company. All rights reserved.</p>",
        "<h1>Log in</h1><p>Please enter your name and your password to go on.</p>",
        "",
    ],
)
def test_a_page_without_article_gives_nothing(body: str, extractor: Extractor) -> None:
    assert extract(page(body), extractor) is None


def test_a_page_of_too_many_elements_is_none_for_trafilatura() -> None:
    article = f"<article><p>{FIRST}</p><p>{SECOND}</p></article>"
    found = extract(page(article + "<br>" * MAX_ELEMENTS), Extractor.TRAFILATURA)
    assert found is not None
    assert (found.text, found.text_from) == (f"{FIRST}\n{SECOND}", "resiliparse")


def test_short_articles_of_dense_scripts_count() -> None:
    assert reads_like_article(
        "市議会は火曜日、橋の改修計画を承認した。工事は来春に始まり、二年間続く見通しだ。"
    )
    assert not reads_like_article("ニュース\n天気\nスポーツ")


def test_fragments() -> None:
    assert is_fragment("<p>One sentence.</p>")
    assert not is_fragment("<!DOCTYPE html><p>One sentence.</p>")
    html = "<p>One <b>sentence</b>.</p><ul><li>first</li><li>second</li></ul><script>x()</script>"
    assert extract_fragment(html).text == "One sentence.\nfirst\nsecond"
    assert plain_fragment("One  sentence.\n\n Another.\n") == PageText(
        "One sentence.\nAnother.", "fragment", 20
    )
