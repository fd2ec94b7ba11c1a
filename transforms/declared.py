"""Declared: what a page says of itself in machine-readable form, JSON-LD and meta elements."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

#: A node of a graph, as parsed.
Node = dict[str, Any]

#: So many characters of a title are compared.
MAX_TITLE_CHARACTERS = 300
#: Of lists and nodes in each other; a graph in a list in a page has three.
MAX_DEPTH = 6

# NewsArticle, ReportageNewsArticle, LiveBlogPosting, …; https://schema.org/Article and its subtypes
_ARTICLE_TYPE = re.compile(r"(?:\w*Article|\w*Posting|Report|\w*Review)$")
# <!-- … -->, //<![CDATA[ … //]]>, /*<![CDATA[*/ … /*]]>*/
_COMMENT_MARKS = re.compile(
    r"^(?:<!--|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?)|(?:-->|(?://|/\*)?\s*\]\]>\s*(?:\*/)?)$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_SURROGATE_ESCAPE = re.compile(r"\\ud[89a-f]", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a page declares.

    Attributes:
        articles: Its JSON-LD nodes of type Article (or a subtype), in document order; first those whose
            headline is part of the page's title, as others may be of articles that it links to.
        meta: Contents of its `<meta>` elements, each of `name`, `property` and `itemprop` (in lower
            case) with all its values in document order.
    """

    articles: tuple[Node, ...]
    meta: Mapping[str, tuple[str, ...]]

    def properties(self, *names: str) -> Iterator[str]:
        """Yields the strings of these properties of the articles."""
        for node in self.articles:
            for name in names:
                yield from strings(node.get(name))

    def contents(self, *names: str) -> Iterator[str]:
        """Yields the contents of these meta elements, those of the first name first."""
        for name in names:
            yield from self.meta.get(name, ())


def read_declared(tree: HtmlElement) -> Declared:
    """Returns what the page declares; JSON-LD that is no JSON even after mending is passed over."""
    meta = _meta(tree)
    window = (element.text or "" for element in tree.iterfind(".//head/title"))
    titles = (*meta.get("og:title", ())[:1], *islice(window, 1))
    known = " | ".join(_plain(title) for title in titles)

    def is_other(node: Node) -> bool:
        return not any(_plain(headline) in known for headline in islice(strings(node.get("headline")), 1))

    return Declared(tuple(sorted(_articles(tree), key=is_other)), meta)


def strings(value: object) -> Iterator[str]:
    """Yields strings and numbers of a property: one or each of a list, entities resolved, spaces single."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            item = item.get("@value")
        if isinstance(item, int | float) and not isinstance(item, bool):  # Unix time
            item = str(item)
        if isinstance(item, str) and item.strip():
            yield " ".join(html.unescape(item).split())


def names_of(value: object) -> Iterator[str]:
    """Yields the names in a property that holds strings or things with a `name`: authors, publishers."""
    for item in value if isinstance(value, list) else [value]:
        yield from strings(item.get("name") if isinstance(item, dict) else item)


def _plain(title: str) -> str:
    return " ".join(html.unescape(title[:MAX_TITLE_CHARACTERS]).casefold().split())


def _meta(tree: HtmlElement) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = " ".join((element.get("content") or "").split())
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = (element.get(attribute) or "").strip().lower()
            if name and content:
                found.setdefault(name, []).append(content)
    return {name: tuple(contents) for name, contents in found.items()}


def _articles(tree: HtmlElement) -> tuple[Node, ...]:
    """Returns the nodes of articles; references by `@id` to other nodes of the page are followed one step."""
    scripts = filter(_is_jsonld, tree.iter("script"))
    nodes = [node for script in scripts for node in _nodes(_load(script.text or ""))]
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    return tuple(
        {name: _resolved(value, known) for name, value in node.items()} for node in nodes if _is_article(node)
    )


def _is_jsonld(script: HtmlElement) -> bool:
    return "ld+json" in (script.get("type") or "").lower()


def _load(source: str) -> Any:
    source = _COMMENT_MARKS.sub("", source.strip())
    for candidate in (source, _TRAILING_COMMA.sub(r"\1", source).rstrip("; \n")):
        try:
            value = json.loads(candidate, strict=False)
            return _whole(value) if _SURROGATE_ESCAPE.search(candidate) else value
        except (ValueError, RecursionError):
            continue
    return None


def _whole(value: Any) -> Any:
    """Returns `value` with U+FFFD for each half of a surrogate pair, as where a text was cut in an emoji."""
    return json.loads(_SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False)))


def _nodes(value: Any, depth: int = 0) -> Iterator[Node]:
    """Yields the dictionaries of a block; lists, `@graph` and `mainEntity` are opened."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _nodes(value.get(name), depth + 1)


def _is_article(node: Node) -> bool:
    types = node.get("@type")
    return any(
        isinstance(kind, str) and _ARTICLE_TYPE.search(kind)
        for kind in (types if isinstance(types, list) else [types])
    )


def _resolved(value: Any, known: dict[str, Node], depth: int = 0) -> Any:
    if isinstance(value, list):
        return [_resolved(item, known, depth + 1) for item in value] if depth < MAX_DEPTH else None
    if isinstance(value, dict) and set(value) <= {"@id", "@type"}:
        return known.get(str(value.get("@id")), value)
    return value
