import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.block import DropReason
from transforms.block_judge import extract_article
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


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<div class=x>", "</div>", "<td>", "<a href=y>", "word. ", "Ein Satz"]
        )
    )
)
def test_the_text_is_made_of_the_pages_text_in_order(parts):
    article = extract_article("".join(parts))
    given_words = iter("".join(part if part[0] != "<" else " " for part in parts).split())
    assert all(any(word == given for given in given_words) for word in article.text.split())


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
