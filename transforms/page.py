"""Page: article text of an HTML page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

import trafilatura
from lxml.html import HtmlElement, tostring
from resiliparse.extract.html2text import extract_plain_text
from trafilatura.utils import load_html

from transforms.blocks import extract_article
from transforms.declared import Declared
from transforms.writing import CLOSERS, DENSE, STOPS

#: A page says so itself, a fragment (of a feed, of a row) holds none of these.
_PAGE_MARK = re.compile(r"<(?:!doctype|html|head|body|title|meta)[\s>/]", re.IGNORECASE)
_SENTENCE_END = re.compile(rf"[{STOPS}{re.escape(CLOSERS)}:：]$")
#: An article has so many characters in sentences; one of a script without spaces stands for three.
ARTICLE_CHARACTERS = 80
#: From the first on a line is a sentence whatever it ends with, below the second it is none.
PARAGRAPH_CHARACTERS, SENTENCE_CHARACTERS = 150, 40
#: A page of more elements goes to resiliparse: trafilatura needs up to 0.15 ms for each. Live tickers
#: have some 10,000.
MAX_ELEMENTS = 30_000
#: resiliparse's main content takes time by the square of the depth; lxml's tree is at most 256 elements deep.
MAX_TAGS_AS_GIVEN = 10_000
#: The article body in JSON-LD is taken where the extractor found less than this share of it.
JSONLD_SHARE = 0.5
_DENSE = re.compile(f"[{DENSE}]")
_BULLET = re.compile(r"^[-–•*·]\s+")


@dataclass(frozen=True, slots=True)
class PageText:
    """The article text of a page.

    Attributes:
        text: Paragraphs, headings, items of lists and rows of tables, parted by a line feed.
        text_from: What found it: `fast`, `trafilatura`, `jsonld`, `resiliparse` or `fragment`.
        visible_chars: Characters of text on the page, with all that was dropped; not counting white space.
    """

    text: str
    text_from: str
    visible_chars: int


def parse_page(html: str) -> HtmlElement | None:
    """Returns the tree of a page; None where there is nothing to parse."""
    tree = load_html(html)
    return tree if isinstance(tree, HtmlElement) else None


class Extractor(StrEnum):
    """What finds the article of a page first; where it finds none, what the page declares is tried."""

    FAST = "fast"  # this program's own, see `transforms.blocks`
    TRAFILATURA = "trafilatura"


def extract_page(
    html: str, tree: HtmlElement, declared: Declared, url: str | None, extractor: Extractor
) -> PageText | None:
    """Returns the article text of a page, None where there is none (menus, forms, a list of links).

    Args:
        html: The page.
        tree: The same, as `parse_page` returns it; not changed.
        declared: What it declares.
        url: Its address, a hint for the extractor.
        extractor: What to find it with.
    """
    find = _find_fast if extractor is Extractor.FAST else _find_by_trafilatura
    for found in find(html, tree, declared, url):
        if reads_like_article(found.text):
            return found
    return None


def extract_fragment(html: str) -> PageText:
    """Returns the text of a piece of HTML that is all article: the content of a feed's entry or a row."""
    text = _lines(_plain_text(html))
    return PageText(text, "fragment", characters(text))


def plain_fragment(text: str) -> PageText:
    """Returns plain text that is all article, its paragraphs in one line each."""
    return PageText(_lines(text), "fragment", characters(text))


def characters(text: str) -> int:
    """Returns the number of characters in `text`, not counting white space."""
    return sum(map(len, text.split()))


def is_fragment(html: str) -> bool:
    """Whether `html` is a piece of a page rather than a page."""
    return _PAGE_MARK.search(html) is None


def reads_like_article(text: str) -> bool:
    """Whether there are sentences and paragraphs enough in `text`, and not labels alone."""
    return sum(map(_sentence_characters, text.split("\n"))) >= ARTICLE_CHARACTERS


def _find_fast(html: str, tree: HtmlElement, declared: Declared, url: str | None) -> Iterator[PageText]:
    article = extract_article(html)
    found = PageText(article.text, "fast", article.visible_chars)
    body = PageText(_jsonld_body(declared), "jsonld", article.visible_chars)
    hides_most = len(found.text) < JSONLD_SHARE * len(body.text)
    yield from (body, found) if hides_most else (found, body)


def _find_by_trafilatura(
    html: str, tree: HtmlElement, declared: Declared, url: str | None
) -> Iterator[PageText]:
    visible = characters(_plain_text(html))
    for text_from, text in _candidates(html, tree, declared, url):
        yield PageText(text, text_from, visible)


def _candidates(
    html: str, tree: HtmlElement, declared: Declared, url: str | None
) -> Iterator[tuple[str, str]]:
    body = _jsonld_body(declared)
    is_small = sum(1 for _ in islice(tree.iter(), MAX_ELEMENTS + 1)) <= MAX_ELEMENTS
    text = _trafilatura(tree, url) if is_small else ""
    if len(text) < JSONLD_SHARE * len(body):
        yield "jsonld", body
    yield "trafilatura", text
    yield "jsonld", body
    as_given = html.count("<") <= MAX_TAGS_AS_GIVEN
    source = html if as_given else tostring(tree, encoding="unicode")
    yield "resiliparse", _lines(_plain_text(source, main_content=True))


def _plain_text(html: str, main_content: bool = False) -> str:
    return extract_plain_text(html, main_content=main_content, list_bullets=False, alt_texts=False)


def _trafilatura(tree: HtmlElement, url: str | None) -> str:
    # No `deduplicate`: its cache is process-wide, so a page's text would depend on the pages before it.
    found = trafilatura.bare_extraction(tree, url=url, include_comments=False, favor_precision=True)
    return _lines(getattr(found, "text", None) or "")


def _jsonld_body(declared: Declared) -> str:
    bodies = (node.get("articleBody") for node in declared.articles)
    texts = (extract_fragment(body.replace("\n", "<br>")).text for body in bodies if isinstance(body, str))
    return max(texts, key=len, default="")


def _lines(text: str) -> str:
    lines = (" ".join(_BULLET.sub("", line.strip()).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _sentence_characters(line: str) -> int:
    """Returns the length of a line that is a sentence, 0 of others."""
    length = len(line) + 2 * len(_DENSE.findall(line))
    is_sentence = length >= SENTENCE_CHARACTERS and _SENTENCE_END.search(line) and "©" not in line
    return length if is_sentence or length >= PARAGRAPH_CHARACTERS else 0
