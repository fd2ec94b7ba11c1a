"""Features: what each block of a page looks like, where it stands, and what stands around it.

No feature knows a language or a site: they are shapes, places, shares and repetitions, and the purposes that
class names speak of (`transforms.blocks.names`). The article's place is estimated first, as the smallest
element that holds most of the page's sentences, and every block is then seen in relation to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transforms.blocks.names import PURPOSES, SUPPORTING_BITS, purposes_of
from transforms.blocks.outline import Element, Outline
from transforms.blocks.shape import SHAPE_FEATURES, shape_rows

Column = NDArray[np.float64]

#: Units (words) from which a block with the end of a sentence, or without one, counts as article-like.
_SENTENCE_UNITS, _PARAGRAPH_UNITS = 8, 30
#: Article-like text is at most in this share of its characters linked.
_LINKED = 0.4
#: Of an element's article-like text a child must hold this share for the article to lie within that child.
_MOST = 0.7
#: Hidden text is no guide to the article's place where this share of the article-like text is shown.
_SHOWN = 0.25
#: The headline is the block that has most of the title's words and few others; below this product of the two
#: shares it is the first `h1`.
_TITLE_FOUND = 0.25
#: Distances in blocks are not told apart beyond these.
_FAR_BEFORE, _FAR_AFTER = -100, 200

_TAG_GROUPS = (
    "p", "h1", "h2", "h3", "h4 h5 h6", "li", "td th tr", "blockquote", "figcaption", "div",
    "section article main", "body", "dd dt", "pre", "header", "footer", "aside", "nav", "label button form",
)  # fmt: skip
_TAG_GROUP = {tag: index for index, tags in enumerate(_TAG_GROUPS, 1) for tag in tags.split()}
_INLINE_GROUP = {"": 0, "a": 1, "b": 2, "strong": 2, "em": 3, "i": 3, "span": 4, "time": 5}
_OTHER_INLINE = 6
_AROUND = ("article", "main", "aside", "header", "figure", "blockquote", "ul", "table", "form", "section")
_AROUND_BIT = {tag: 1 << index for index, tag in enumerate(_AROUND)} | {
    "figcaption": 1 << _AROUND.index("figure"),
    "ol": 1 << _AROUND.index("ul"),
    "dl": 1 << _AROUND.index("ul"),
}
_PLACE_FEATURES = (
    "tag", "inline", "hidden",
    "depth", "steps_up", "steps_down", "inside_article",
    "share_of_units", "share_of_like", "units_before", "like_before", "position",
    "from_title", "from_first", "to_last", "between_first_and_last", "title_found",
    "parent_links", "parent_like", "parent_blocks",
    "branch_links", "branch_like", "branch_blocks",
)  # fmt: skip
FEATURES = (
    *SHAPE_FEATURES,
    *_PLACE_FEATURES,
    *(f"named_{purpose}" for purpose in PURPOSES),
    *(f"in_{tag}" for tag in _AROUND),
)
#: Name → column.
FEATURE = {name: column for column, name in enumerate(FEATURES)}


@dataclass(frozen=True, slots=True)
class _Survey:
    """Of each element of an outline (lists indexed by element); zero for those without blocks in them.

    Attributes:
        sums: Of all blocks in it: units, linked units, article-like units, blocks.
        path: Elements from the body down to the article's.
        meets: Depth at which its ancestors leave `path`.
        branch: The ancestor (or itself) that hangs on `path`.
        inside: It is in the article's element.
        named: Purposes that it and its parent are named for, as bits.
        around: Which of `_AROUND` it lies in, as bits.
    """

    sums: Mapping[str, list[float]]
    path: list[int]
    meets: list[int]
    branch: list[int]
    inside: list[bool]
    named: list[int]
    around: list[int]


def block_features(outline: Outline) -> NDArray[np.float32]:
    """Returns the features of a page's blocks, shape (blocks, len(FEATURES))."""
    blocks = outline.blocks
    if not blocks:
        return np.zeros((0, len(FEATURES)), np.float32)
    rows = np.array(shape_rows(blocks, outline.title), np.float64)
    shape: dict[str, Column] = dict(zip(SHAPE_FEATURES, rows.T, strict=True))
    own = [block.element for block in blocks]
    like = _article_like(shape, np.array([outline.elements[index].hidden for index in own]))
    units = shape["units"]
    masses = {"units": units, "links": units * shape["link_share"], "like": like, "blocks": np.ones(len(own))}
    survey = _survey(outline.elements, own, masses)
    columns = _places(outline, survey, own, shape, masses)
    inline_named = [purposes_of(block.inline_names) if block.inline_names else 0 for block in blocks]
    named = [survey.named[index] | purposes for index, purposes in zip(own, inline_named, strict=True)]
    places = np.stack([columns[name] for name in _PLACE_FEATURES], 1)
    around = _bits([survey.around[index] for index in own], len(_AROUND))
    return np.concatenate([rows, places, _bits(named, len(PURPOSES)), around], 1).astype(np.float32)


def _article_like(shape: Mapping[str, Column], hidden: NDArray[np.bool_]) -> Column:
    """Returns [blocks] the units of blocks that read like an article's; 0 of others."""
    units = shape["units"]
    sentences = (shape["end"] == 1) & (units >= _SENTENCE_UNITS) | (units >= _PARAGRAPH_UNITS)
    like = np.where(sentences & (shape["link_share"] < _LINKED), units, 0.0) * (1 - shape["said_before"])
    shown = np.where(hidden, 0.0, like)
    return shown if shown.sum() >= _SHOWN * like.sum() else like


def _survey(elements: Sequence[Element], own: list[int], masses: Mapping[str, Column]) -> _Survey:
    size = len(elements)
    parents = [element.parent for element in elements]
    sums = {name: _sum_up(parents, np.bincount(own, mass, size).tolist()) for name, mass in masses.items()}
    path = _descend(parents, sums["like"])
    on_path = set(path)
    meets, branch, named, around, inside = [0] * size, [0] * size, [0] * size, [0] * size, [False] * size
    inside[0] = path[-1] == 0
    purposes = [0] * size
    blocks = sums["blocks"]
    for index in range(1, size):
        if not blocks[index]:
            continue
        element = elements[index]
        parent = element.parent
        purposes[index] = own_purposes = purposes_of(element.names) if element.names else 0
        inherited = purposes[parent]
        if parent in on_path:  # most of the page lies in it: what its name speaks against is not all of that
            inherited &= SUPPORTING_BITS
        named[index] = own_purposes | inherited
        meets[index] = element.depth if index in on_path else meets[parent]
        branch[index] = index if parent in on_path else branch[parent]
        inside[index] = inside[parent] or index == path[-1]
        around[index] = around[parent] | _AROUND_BIT.get(element.tag, 0)
    return _Survey(sums, path, meets, branch, inside, named, around)


def _sum_up(parents: Sequence[int], values: list[float]) -> list[float]:
    """Returns for each element the sum of the values of it and all below it."""
    for index in range(len(values) - 1, 0, -1):
        if values[index]:
            values[parents[index]] += values[index]
    return values


def _descend(parents: Sequence[int], mass: Sequence[float]) -> list[int]:
    """Returns the elements from the body down to the last that holds most of its parent's mass."""
    heaviest: dict[int, int] = {}
    for index in range(1, len(parents)):
        parent = parents[index]
        if mass[index] > 0 and (parent not in heaviest or mass[index] > mass[heaviest[parent]]):
            heaviest[parent] = index
    path = [0]
    while (child := heaviest.get(path[-1])) is not None and mass[child] >= _MOST * mass[path[-1]]:
        path.append(child)
    return path


def _places(
    outline: Outline,
    survey: _Survey,
    own: list[int],
    shape: Mapping[str, Column],
    masses: Mapping[str, Column],
) -> dict[str, Column]:
    """Returns [blocks] each of `_PLACE_FEATURES`."""
    elements, blocks, count = outline.elements, outline.blocks, len(own)
    units, like = masses["units"], masses["like"]
    totals = {"units": max(units.sum(), 1.0), "like": max(like.sum(), 1e-9)}
    depth = _take([element.depth for element in elements], own)
    meets, inside = _take(survey.meets, own), _take(survey.inside, own)
    tag = np.array([_TAG_GROUP.get(block.tag, 0) for block in blocks], np.float64)
    columns = {
        "tag": tag,
        "inline": np.array([_INLINE_GROUP.get(block.inline, _OTHER_INLINE) for block in blocks], np.float64),
        "hidden": _take([element.hidden for element in elements], own),
        "depth": depth,
        "steps_up": elements[survey.path[-1]].depth - meets,
        "steps_down": depth - meets,
        "inside_article": inside,
        "share_of_units": units / totals["units"],
        "share_of_like": like / totals["like"],
        "units_before": (np.cumsum(units) - units) / totals["units"],
        "like_before": (np.cumsum(like) - like) / totals["like"],
        "position": np.arange(count) / count,
    }
    article = np.flatnonzero((like > 0) & (inside > 0))
    columns |= _landmarks(tag, shape["in_title"] * shape["of_title"], article)
    for name, of in (
        ("parent", [max(elements[index].parent, 0) for index in own]),
        ("branch", [survey.branch[index] for index in own]),
    ):
        held = {mass: _take(sums, of) for mass, sums in survey.sums.items()}
        columns[f"{name}_links"] = held["links"] / np.maximum(held["units"], 1e-9)
        columns[f"{name}_like"] = held["like"] / totals["like"]
        columns[f"{name}_blocks"] = held["blocks"]
    return columns


def _landmarks(tag: Column, title_likeness: Column, article: NDArray[np.int64]) -> dict[str, Column]:
    """Returns each block's distance from the headline, the article's first and its last paragraph."""
    count = len(tag)
    index = np.arange(count, dtype=np.float64)
    title_found = title_likeness.max()
    title = int(np.argmax(title_likeness if title_found > _TITLE_FOUND else tag == _TAG_GROUP["h1"]))
    first, last = (int(article[0]), int(article[-1])) if len(article) else (0, count - 1)
    distances: dict[str, Column] = {
        "from_title": np.clip(index - title, _FAR_BEFORE, _FAR_AFTER),
        "from_first": np.clip(index - first, _FAR_BEFORE, _FAR_AFTER),
        "to_last": np.clip(last - index, _FAR_BEFORE, _FAR_AFTER),
        "between_first_and_last": np.clip((index - first) / max(1, last - first), -2, 3),
        "title_found": np.full(count, title_found),
    }
    return distances


def _take(values: Sequence[float], indices: Sequence[int]) -> Column:
    return np.array([values[index] for index in indices], np.float64)


def _bits(values: Sequence[int], width: int) -> NDArray[np.float64]:
    """Returns (values, width) the lowest bits of each value."""
    return (np.array(values, np.int64)[:, None] >> np.arange(width) & 1).astype(np.float64)
