"""JSON-LD: what a page says of its article in schema.org terms."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.html import HtmlElement

#: A node of a graph, as parsed.
Node = dict[str, Any]

# NewsArticle, ReportageNewsArticle, LiveBlogPosting, …; https://schema.org/Article and its subtypes
_ARTICLE_TYPE = re.compile(r"(?:\w*Article|\w*Posting|Report|\w*Review)$")
_COMMENT_MARKS = re.compile(
    r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|/\*\s*\]\]>\s*\*/|//\]\]>|\]\]>)\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


def article_nodes(tree: HtmlElement) -> tuple[Node, ...]:
    """Returns the nodes of type Article (or a subtype) in the page's JSON-LD, in document order.

    References by `@id` to other nodes of the page are followed one step, for authors and publishers. Blocks
    that are no JSON, even after the mending of line feeds and commas, are passed over.
    """
    nodes = [
        node
        for script in tree.iter("script")
        if _is_jsonld(script)
        for node in _nodes(_load(script.text or ""))
    ]
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    return tuple(
        {name: _resolved(value, known) for name, value in node.items()} for node in nodes if _is_article(node)
    )


def strings(value: object) -> Iterator[str]:
    """Yields the strings in a property: a string, or each of a list, with entities resolved, white space single."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            item = item.get("@value")
        if isinstance(item, str) and item.strip():
            yield " ".join(html.unescape(item).split())


def first(nodes: tuple[Node, ...], name: str) -> str | None:
    """Returns the first string of the property `name` in `nodes`."""
    return next((text for node in nodes for text in strings(node.get(name))), None)


def _is_jsonld(script: HtmlElement) -> bool:
    return "ld+json" in (script.get("type") or "").lower()


def _load(source: str) -> Any:
    source = _COMMENT_MARKS.sub("", source.strip())
    for candidate in (source, _TRAILING_COMMA.sub(r"\1", source).rstrip("; \n")):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: Any, depth: int = 0) -> Iterator[Node]:
    """Yields the dictionaries of a block: lists, `@graph` and `mainEntity` are opened, other properties not."""
    if depth > 6:
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


def _resolved(value: Any, known: dict[str, Node]) -> Any:
    if isinstance(value, list):
        return [_resolved(item, known) for item in value]
    if isinstance(value, dict) and set(value) <= {"@id", "@type"}:
        return known.get(value.get("@id", ""), value)
    return value
