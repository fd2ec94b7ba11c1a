"""Page: article text of an HTML page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import trafilatura
from lxml.html import HtmlElement
from resiliparse.extract.html2text import extract_plain_text
from trafilatura.utils import load_html

from transforms import jsonld

#: A page says so itself, a fragment (of a feed, of a row) holds none of these.
_PAGE_MARK = re.compile(r"<(?:!doctype|html|head|body|title|meta)[\s>/]", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…:։۔؟।。！？．」』”\"»)]$")
#: Characters of a line that reads like a sentence; scripts without spaces need fewer.
SENTENCE_CHARACTERS, DENSE_SENTENCE_CHARACTERS = 40, 15
#: A line so long is text, whatever it ends with.
PARAGRAPH_CHARACTERS = 150
#: The article body in JSON-LD is taken where the extractor found less than this share of it.
JSONLD_SHARE = 0.5
_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BULLET = re.compile(r"^[-–•*·]\s+")


@dataclass(frozen=True, slots=True)
class PageText:
    """The article text of a page.

    Attributes:
        text: Paragraphs, headings, items of lists and rows of tables, parted by a line feed.
        text_from: What found it: `trafilatura`, `jsonld`, `resiliparse` or `fragment`.
        visible_chars: Characters of text on the page, with all that was dropped; not counting white space.
    """

    text: str
    text_from: str
    visible_chars: int


def parse_page(html: str) -> HtmlElement | None:
    """Returns the tree of a page; None where there is nothing to parse."""
    tree = load_html(html)
    return tree if isinstance(tree, HtmlElement) else None


def extract_page(html: str, tree: HtmlElement, url: str | None) -> PageText | None:
    """Returns the article text of a page, None where there is none (menus, forms, a list of links).

    Args:
        html: The page.
        tree: The same, as `parse_page` returns it; not changed.
        url: Its address, a hint for the extractor.
    """
    for text_from, text in _candidates(html, tree, url):
        if reads_like_text(text):
            return PageText(text, text_from, _characters(_plain_text(html)))
    return None


def extract_fragment(html: str) -> PageText:
    """Returns the text of a piece of HTML that is all article: the content of a feed's entry, a row's `html`."""
    text = _lines(_plain_text(html))
    return PageText(text, "fragment", _characters(text))


def is_fragment(html: str) -> bool:
    """Whether `html` is a piece of a page rather than a page."""
    return _PAGE_MARK.search(html) is None


def reads_like_text(text: str) -> bool:
    """Whether at least one line is a sentence or a paragraph, not a label."""
    return any(map(_is_sentence, text.split("\n")))


def _candidates(html: str, tree: HtmlElement, url: str | None) -> Iterator[tuple[str, str]]:
    body = _jsonld_body(tree)
    text = _trafilatura(tree, url)
    if len(text) < JSONLD_SHARE * len(body):
        yield "jsonld", body
    yield "trafilatura", text
    yield "jsonld", body
    yield "resiliparse", _lines(_plain_text(html, main_content=True))


def _plain_text(html: str, main_content: bool = False) -> str:
    return extract_plain_text(html, main_content=main_content, list_bullets=False, alt_texts=False)


def _trafilatura(tree: HtmlElement, url: str | None) -> str:
    # No `deduplicate`: its cache is process-wide, so a page's text would depend on the pages before it.
    document = trafilatura.bare_extraction(tree, url=url, include_comments=False, favor_precision=True)
    return _lines(document.text or "") if isinstance(document, trafilatura.settings.Document) else ""


def _jsonld_body(tree: HtmlElement) -> str:
    bodies = [node.get("articleBody") for node in jsonld.article_nodes(tree)]
    texts = [extract_fragment(body.replace("\n", "<br>")).text for body in bodies if isinstance(body, str)]
    return max(texts, key=len, default="")


def _characters(text: str) -> int:
    return sum(map(len, text.split()))


def _lines(text: str) -> str:
    lines = (" ".join(_BULLET.sub("", line.strip()).split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _is_sentence(line: str) -> bool:
    dense = len(_DENSE.findall(line)) * 2 > len(line)
    if len(line) >= PARAGRAPH_CHARACTERS // (3 if dense else 1):
        return True
    enough = DENSE_SENTENCE_CHARACTERS if dense else SENTENCE_CHARACTERS
    return len(line) >= enough and _SENTENCE_END.search(line) is not None
