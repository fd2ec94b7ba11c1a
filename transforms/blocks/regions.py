"""Regions: parts of a page that hold no article, by what the page's own markup calls them."""

from collections import Counter

from schemas.block import DropReason
from transforms.blocks.names import purpose_bit, purposes_of
from transforms.blocks.outline import Element, Outline

_REGIONS = {
    "nav": DropReason.NAVIGATION,
    "button": DropReason.NAVIGATION,
    "footer": DropReason.NAVIGATION,
    "aside": DropReason.TEASER,
}
_COMMENT, _ARTICLE = purpose_bit("comment"), purpose_bit("article")
#: Shorter texts, and those linked to a larger share, say nothing of where the article is.
_TEXT_CHARACTERS, _LINKED = 60, 0.4
#: Where less of a page's texts than this lies outside of its regions, the markup is not to be believed.
_OUTSIDE = 0.25
#: Characters of text that must stand outside of readers' comments for them to be comments on something.
_COMMENTED = 100


def regions_of(outline: Outline) -> list[DropReason | None]:
    """Returns for each block the reason to drop it that its region gives; None outside of regions."""
    found = _marked(outline)
    texts: Counter[DropReason | None] = Counter()
    for block, reason in zip(outline.blocks, found, strict=True):
        size = len(block.text)
        if size >= _TEXT_CHARACTERS and block.link_chars < _LINKED * size:
            texts[reason] += size
    commented = texts.total() - texts[DropReason.COMMENTS]
    if commented < _COMMENTED:
        return [None] * len(found)
    if texts[None] < _OUTSIDE * commented:
        return [reason if reason is DropReason.COMMENTS else None for reason in found]
    return found


def _marked(outline: Outline) -> list[DropReason | None]:
    """Returns for each block the region that an element around it makes; comments count first."""
    elements = outline.elements
    known: dict[int, DropReason | None] = {0: None}
    found = []
    for block in outline.blocks:
        chain = []
        index = block.element
        while index not in known:
            chain.append(index)
            index = elements[index].parent
        reason = known[index]
        for index in reversed(chain):
            if reason is not DropReason.COMMENTS:
                reason = _region(elements[index]) or reason
            known[index] = reason
        found.append(reason)
    return found


def _region(element: Element) -> DropReason | None:
    if element.names and purposes_of(element.names) & (_COMMENT | _ARTICLE) == _COMMENT:
        return DropReason.COMMENTS
    return _REGIONS.get(element.tag)
