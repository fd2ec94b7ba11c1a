"""Block regions: parts of a page that hold no article, by what the page's own markup calls them."""

from collections import Counter

from schemas.block import DropReason
from transforms.block_names import purpose_bit, purposes_of
from transforms.blocks import Element, Outline

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
    elements, blocks = outline.elements, outline.blocks
    reasons: list[DropReason | None] = [None] * len(elements)
    for index in range(1, len(elements)):
        element = elements[index]
        around = reasons[element.parent]
        reasons[index] = around if around is DropReason.COMMENTS else _region(element) or around
    found = [reasons[block.element] for block in blocks]
    texts: Counter[DropReason | None] = Counter()
    for block, reason in zip(blocks, found, strict=True):
        size = len(block.text)
        if size >= _TEXT_CHARACTERS and block.link_chars < _LINKED * size:
            texts[reason] += size
    outside = texts[None]
    commented = texts.total() - texts[DropReason.COMMENTS]
    if commented < _COMMENTED:
        return [None] * len(blocks)
    if outside < _OUTSIDE * commented:
        return [reason if reason is DropReason.COMMENTS else None for reason in found]
    return found


def _region(element: Element) -> DropReason | None:
    if element.names and purposes_of(element.names) & (_COMMENT | _ARTICLE) == _COMMENT:
        return DropReason.COMMENTS
    return _REGIONS.get(element.tag)
