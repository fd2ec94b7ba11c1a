from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Document, Media, RawPage, Reason, Rejection
from schemas.block import DropReason
from transforms.blocks import extract_article
from transforms.blocks.judge import KEEP
from transforms.blocks.names import PURPOSES, purpose_bit, purposes_of
from transforms.clean import clean_page
from transforms.trees import Trees

PARAGRAPHS = """
The harbour council voted on Monday to close the eastern quay for two years, after cracks were found.
Fishermen are to land their catch at the ferry pier meanwhile, and the town will pay for new cranes there.
Those who live along the quay have long asked for repairs. In the storms water had come up to their doors.
Work begins in March. If all goes well, the council said, ships can moor there again in the summer after next.
""".strip().split("\n")
LINKS = "".join(f'<li><a href="/{n}">{word}</a></li>' for n, word in enumerate(("News", "Sport", "Jobs")))
PAGE = (
    "<!doctype html><html><head><title>Quay to be closed - Harbour Post</title></head><body>"
    f"<header><nav><ul>{LINKS}</ul></nav></header><main><article><h1>Quay to be closed</h1>"
    + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    + '</article><aside class="related"><h3>Read more</h3><a href="/7">Storm takes a roof</a></aside>'
    '</main><div class="comments"><p>I have said so for years, but nobody would listen to me!</p></div>'
    f"<footer><ul>{LINKS}</ul><p>© Harbour Post</p></footer></body></html>"
)


def test_the_article_stays_and_the_rest_goes_with_reasons():
    article = extract_article(PAGE)
    assert [line for line in article.text.split("\n") if len(line) > 40] == PARAGRAPHS
    for leftover in ("Sport", "Storm takes a roof", "nobody would listen", "© Harbour Post"):
        assert leftover not in article.text
    reasons = {one.block.text: one.reason for one in article.judged}
    assert reasons[PARAGRAPHS[0]] is None
    assert isinstance(reasons["© Harbour Post"], DropReason)
    assert article.visible_chars > len(article.text.replace(" ", ""))


def test_a_page_of_links_is_no_article():
    assert extract_article(f"<html><body><ul>{LINKS * 9}</ul></body></html>").text == ""


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000 + PAGE,
        "<p>" + "<br>" * 200_000,
        "<p>" + "word " * 400_000,
        "<b>" * 20_000 + "x",
        "",
        "<",
        "\0",
    ],
)
def test_odd_pages_end(html):
    assert len(extract_article(html).text) <= len(html)


def page_with(block: str) -> str:
    return PAGE.replace("</article>", f"{block}</article>")


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ('<div class="foot">© 2026 Ina Holm</div>', DropReason.COPYRIGHT),
        ('<a href="/s">Share on Facebook</a>', DropReason.SHARE_BUTTONS),
        ('<div class="newsletter-box"><h4>Every morning</h4></div>', DropReason.NEWSLETTER),
        ('<p><a href="/9">Read more: storm takes a roof</a></p>', DropReason.TEASER),
        ("<figure><figcaption>The quay in winter</figcaption></figure>", DropReason.CAPTION),
        ("<figure><figcaption>Photo: Ina Holm</figcaption></figure>", DropReason.CREDIT),
        ('<ul class="tags"><li><a href="/t">Harbours</a></li></ul>', DropReason.NAVIGATION),
        ('<div class="comment-list"><p>Nobody listened to me!</p></div>', DropReason.COMMENTS),
        ('<span class="x">1,204 views</span>', DropReason.COUNTER),
        ('<span class="x">2026-11-20 10:31</span>', DropReason.DATE_LINE),
        ('<div class="x">版权所有 © 2026 海报</div>', DropReason.COPYRIGHT),
        ("<figure><figcaption>The quay in winter. Photo: Ina Holm</figcaption></figure>", DropReason.CAPTION),
    ],
)
def test_a_dropped_block_has_the_reason_a_reader_would_give(block: str, reason: DropReason) -> None:
    judged = extract_article(page_with(block)).judged
    assert [one.reason for one in judged if f">{one.block.text}<" in block] == [reason]


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        ("<p>Already a subscriber? Log in</p>", DropReason.PAYWALL),
        ("<p>Follow us on Facebook and Instagram.</p>", DropReason.SHARE_BUTTONS),
        ("<ul><li>A hearing in January</li><li>A vote in March</li></ul>", None),
        ("<table><tr><td>Quay</td><td>1971</td></tr></table>", None),
        ("<p>(Reuters)</p>", None),  # tells the agency to the step that follows
    ],
)
def test_rules_judge_what_the_trees_keep_by_its_words(block: str, reason: DropReason | None) -> None:
    judged = extract_article(page_with(block)).judged
    found = [one for one in judged if f">{one.block.text}<" in block and one.score >= KEEP]
    assert found[-1].reason == reason


FRONT = "".join(
    f'<article><h3><a href="/{number}">{paragraph[:30]}</a></h3><p>{paragraph}</p></article>'
    for number, paragraph in enumerate(PARAGRAPHS)
)


@pytest.mark.parametrize(
    "body",
    [
        FRONT,
        (
            "<h1>404</h1><p>Sorry, the page that you are looking for does not exist. It was moved, or"
            " somebody has deleted it a long time ago. Try the search, or go back to the front page.</p>"
        ),
        "<p>Bitte prüfen Sie die Adresse. Die von Ihnen gesuchte Seite gibt es hier leider nicht mehr.</p>",
        (
            "<h1>Your data</h1><p>We and our 812 partners store and access information on a device, such as"
            " cookies, and process personal data to show you advertisements that you may like.</p>"
        ),
        "<h1>Log in</h1><p>Forgot your password? Click here, and we will send you a new one in a minute.</p>",
        (
            "<h1>Quay to be closed</h1><p>Subscribe now for £1 a month, and read all articles at once.</p>"
            "<p>Already a subscriber? Log in to go on reading what the harbour council has to say.</p>"
        ),
    ],
    ids=["front page", "404", "404 de", "consent", "login", "paywall"],
)
def test_a_page_without_article_is_a_reject(body: str) -> None:
    html = f"<!doctype html><html><head><title>Harbour Post</title></head><body>{body}</body></html>"
    page = RawPage(source_uri="x.html", via="html", media=Media.HTML, body=html.encode())
    outcome = clean_page(page, date(2026, 11, 20))
    assert isinstance(outcome, Rejection)
    assert outcome.reason is Reason.NO_ARTICLE


def test_an_article_in_parts_below_linked_headings_is_no_front_page() -> None:
    parts = "".join(
        f'<h3><a href="/{number}">Part {number}</a></h3><p>{first}</p><p>{second}</p>'
        for number, (first, second) in enumerate(zip(PARAGRAPHS, reversed(PARAGRAPHS), strict=True))
    )
    assert PARAGRAPHS[0] in extract_article(f"<html><body><article>{parts}</article></body></html>").text


def test_a_brief_of_one_paragraph_is_an_article() -> None:
    brief = "Mill Street is closed from Monday on because of work on the water main. Buses go by the station."
    assert extract_article(f"<html><body><h1>Road closed</h1><p>{brief}</p></body></html>").text == brief


def test_regions_are_not_believed_where_all_of_the_page_lies_in_them() -> None:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    for around in ("aside", "footer", "div class=comments"):
        html = f"<html><body><{around}>{paragraphs}</{around.split()[0]}></body></html>"
        assert extract_article(html).text.split("\n") == PARAGRAPHS


def test_names_are_split_at_hyphens_underscores_and_capitals() -> None:
    for name in ("article-body", "article_body", "articleBody", "ArticleBODY"):
        assert purposes_of(name) == purpose_bit("article") | purpose_bit("body"), name
    assert purposes_of("particle") == 0
    assert all(purposes_of(purpose) & purpose_bit(purpose) for purpose in PURPOSES)


TAGS = "<p> </p> <div> </div> <td> <br><br> <a> </a> <h2> <li> <nav> <!-- --> <script> </script> <tr>".split()
PIECES = st.sampled_from([f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS] + TAGS) | st.sampled_from(
    ["word. ", "Ein Satz", "Menu", "\0", "&amp;", "&#55296;", "水", '<div class="comments">']
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=30))
def test_the_text_is_made_of_the_pages_blocks_in_order(parts: list[str]) -> None:
    article = extract_article("".join(parts))
    words = iter(" ".join(one.block.text for one in article.judged).split())
    assert all(word in words for word in article.text.split())  # `in` consumes the iterator
    assert [one for one in article.judged if one.reason is None] or not article.text
    assert extract_article("".join(parts)).text == article.text


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.lists(PIECES, max_size=20).map(lambda parts: "".join(parts).encode()))
def test_no_page_raises(body: bytes) -> None:
    page = RawPage(source_uri="x.html", via="html", media=Media.HTML, body=b"<html>" + body)
    assert isinstance(clean_page(page, date(2026, 11, 20)), Document | Rejection)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 100_000 + "text",
        "<p>" + "x" * 50_000_000,
        "<p>" + "<br>" * 1_000_000,
        "<select>" + "<option>x" * 300_000,
        "<p " + " ".join(f"a{number}" for number in range(200_000)) + ">x",
        "<table><tr><td>" * 30_000,
        "<b><i><p>x</b></i>" * 50_000,
    ],
    ids=["nested", "one line", "breaks", "options", "attributes", "tables", "misnested"],
)
def test_a_pathological_page_ends_as_a_reject(body: str) -> None:
    page = RawPage(source_uri="x.html", via="html", media=Media.HTML, body=f"<html><body>{body}".encode())
    outcome = clean_page(page, date(2026, 11, 20))
    assert isinstance(outcome, Rejection)
    assert outcome.reason is Reason.NO_ARTICLE


def test_trees_add_up_their_leaves():
    trees = Trees(
        names=np.array(["a", "b"]),
        feature=np.array([[0, 1], [1, 0]], np.int16),
        border=np.array([[0.5, 0.5], [0.5, np.inf]], np.float32),
        leaf=np.array([[0, 1, 2, 3], [10, 20, 30, 40]], np.int32),
        bias=np.array([100]),
    )
    rows = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], np.float32)
    assert trees.log_odds(rows).tolist() == [110, 111, 122, 123]
    with pytest.raises(ValueError, match="2 columns"):
        trees.log_odds(rows[:, :1])


def test_trees_come_back_as_they_were_saved(tmp_path):
    one = Trees(*(np.array(value) for value in (["a"], [[0]], [[0.5]], [[1, 2]], [3])))
    one.save(tmp_path / "t.npz")
    two = Trees.load(tmp_path / "t.npz")
    assert two.log_odds(np.array([[1.0]], np.float32)).tolist() == [5]
