"""Outline: a page as the pieces of text between its line breaks, and the elements they stand in."""

from dataclasses import dataclass
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from schemas.block import Block
from transforms.html_limits import MAX_BLOCKS, MAX_ELEMENTS

#: Elements without text that a reader sees in place.
_UNSEEN = frozenset(
    "script style noscript svg template iframe select option video audio object canvas input textarea head"
    " title math embed map datalist".split()
)
#: Elements that stand within a line of text.
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp ruby rt s samp"
    " small span strike strong sub sup time tt u var wbr nobr img picture source".split()
)
_EMPHASIS = frozenset(("b", "strong", "em", "i"))
#: Elements that become one block whatever they hold: no article is inside.
_MENUS = frozenset(("nav", "button"))
#: So many `<br>` in a row part paragraphs.
_PARTING_BREAKS = 2
#: Where a page names what its elements are for, besides `class`.
_NAMING = ("id", "itemprop", "role", "data-testid", "data-component")
#: Characters of the names of nested inline elements that are collected.
_MAX_NAMES = 400


class Element(NamedTuple):
    """An element that breaks the line.

    Attributes:
        parent: Its index in the outline; -1 for the body.
        tag: In lower case.
        depth: Elements of the outline above it.
        names: All that names its purpose: classes, id, role, item property, test ids.
        hidden: Not shown at first, by its own attributes or those of an element around it.
    """

    parent: int
    tag: str
    depth: int
    names: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Outline:
    """What is left of a page without its markup.

    Attributes:
        elements: In document order, the body first; each after its parent.
        blocks: In document order; `Block.element` is an index into `elements`.
        title: As the page declares it (`og:title`, else `<title>`).
    """

    elements: tuple[Element, ...]
    blocks: tuple[Block, ...]
    title: str = ""


def outline_page(tree: LexborHTMLParser) -> Outline:
    """Returns the elements and blocks of a page; of its beginning where there are too many."""
    walk = _Walk()
    if tree.body is not None:
        walk.down_from(tree.body)
    return Outline(tuple(walk.elements), tuple(walk.blocks), _title(tree))


def _title(tree: LexborHTMLParser) -> str:
    for meta in tree.css('meta[property="og:title"],meta[name="twitter:title"]'):
        if title := meta.attributes.get("content"):
            return title
    node = tree.css_first("title")
    return node.text() if node else ""


def _names(attributes: dict[str, str | None]) -> str:
    names = attributes.get("class") or ""
    for attribute in _NAMING:
        if attribute in attributes:
            names += f" {attributes[attribute] or ''}"
    return names


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return style is not None and "display" in style and "none" in style


class _Walk:
    """One pass over the nodes of a page, without recursion: pages nest deeper than Python does."""

    def __init__(self) -> None:
        self.elements = [Element(-1, "body", 0)]
        self.blocks: list[Block] = []
        self._current = 0
        self._links_open = self._emphasis_open = 0
        self._breaks = 0
        self._after_break = False
        self._clear()

    def down_from(self, body: LexborNode) -> None:
        """Collects what stands below `body`."""
        open_nodes: list[tuple[LexborNode, str]] = []  # the tag of an inline element, else ""
        node = body.child
        while node is not None or open_nodes:
            if node is None:
                node, inline = open_nodes.pop()
                self._close(inline)
                node = node.next
                continue
            tag = node.tag or ""
            child = None
            if tag == "-text":
                self._text(node.text_content or "")
            elif tag == "br":
                self._break()
            elif tag in _INLINE:
                child = node.child
                if child is not None:
                    self._open_inline(node, tag)
                    open_nodes.append((node, tag))
            elif tag in _MENUS:
                self._menu(node, tag)
            elif tag not in _UNSEEN and tag[:1] not in ("-", "!"):
                child = node.child
                self._flush()
                if child is not None:
                    if len(self.elements) >= MAX_ELEMENTS or len(self.blocks) >= MAX_BLOCKS:
                        return
                    self._open_element(node, tag)
                    open_nodes.append((node, ""))
            node = child if child is not None else node.next
        self._flush()

    def _clear(self) -> None:
        self._pieces: list[str] = []
        self._started = False
        self._link_chars = self._emphasis_chars = self._links = 0
        self._inline = self._inline_names = ""

    def _flush(self) -> None:
        self._breaks = 0
        if self._started:
            text = " ".join("".join(self._pieces).split())
            if text:
                self._add(text)
        if self._pieces or self._links or self._inline:
            self._clear()

    def _add(self, text: str) -> None:
        self.blocks.append(
            Block(
                text,
                self.elements[self._current].tag,
                self._current,
                self._inline,
                self._inline_names,
                min(self._link_chars, len(text)),
                self._links,
                min(self._emphasis_chars, len(text)),
                self._after_break,
            )
        )
        self._after_break = False

    def _text(self, text: str) -> None:
        size = len(text.strip())
        if size:
            self._started = True
            self._breaks = 0
            if self._links_open:
                self._link_chars += size
            if self._emphasis_open:
                self._emphasis_chars += size
            self._pieces.append(text)
        elif self._started:
            self._pieces.append(" ")

    def _break(self) -> None:
        breaks = self._breaks + 1
        if breaks >= _PARTING_BREAKS:
            self._flush()
            self._after_break = True
        elif self._started:
            self._pieces.append(" ")
        self._breaks = breaks

    def _menu(self, node: LexborNode, tag: str) -> None:
        self._flush()
        text = " ".join(node.text(separator=" ").split())
        if text:
            around = self.elements[self._current]
            self.elements.append(Element(self._current, tag, around.depth + 1, hidden=around.hidden))
            self.blocks.append(Block(text, tag, len(self.elements) - 1, link_chars=len(text)))

    def _open_inline(self, node: LexborNode, tag: str) -> None:
        if tag == "a":
            self._links_open += 1
            self._links += 1
        elif tag in _EMPHASIS:
            self._emphasis_open += 1
        if not self._started:
            self._inline = self._inline or tag
            attributes = node.attributes
            if attributes and len(self._inline_names) < _MAX_NAMES:
                self._inline_names += " " + _names(attributes)

    def _open_element(self, node: LexborNode, tag: str) -> None:
        self._after_break = False
        parent = self._current
        around = self.elements[parent]
        self._current = len(self.elements)
        attributes = node.attributes
        if not attributes:
            element = Element(parent, tag, around.depth + 1, hidden=around.hidden)
        else:
            hidden = around.hidden or _is_hidden(attributes)
            element = Element(parent, tag, around.depth + 1, _names(attributes), hidden)
        self.elements.append(element)

    def _close(self, inline: str) -> None:
        if not inline:
            self._flush()
            self._current = self.elements[self._current].parent
        elif inline == "a":
            self._links_open -= 1
        elif inline in _EMPHASIS:
            self._emphasis_open -= 1
