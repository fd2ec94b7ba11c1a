"""Block features: what a block looks like, where it stands, and what stands around it.

No feature knows a language or a site: they are shapes, places, shares and repetitions, and the purposes
that class
names speak of (see `transforms.block_names`). The article's place is estimated first, as the smallest
element that
holds most of the page's sentences, and every block is then seen in relation to it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from transforms.block_names import PURPOSES, SUPPORTING_BITS, purposes_of
from transforms.block_text import TEXT_FEATURES, text_rows
from transforms.blocks import Outline

Column = NDArray[np.float64]

#: Units (words) from which a block with the end of a sentence, or without one, counts as article-like.
_SENTENCE_UNITS, _PARAGRAPH_UNITS = 8, 30
#: Article-like text is at most in this share of its characters linked.
_LINKED = 0.4
#: Share of the article-like text of an element that its child must hold for the article to lie within that
#: child.
_MOST, _MUCH = 0.7, 0.45

_TAG_GROUPS = (
    ("p",), ("h1",), ("h2",), ("h3",), ("h4", "h5", "h6"), ("li",), ("td", "th", "tr"), ("blockquote",), ("figcaption",),
    ("div",), ("section", "article", "main"), ("body",), ("dd", "dt"), ("pre",), ("header",), ("footer",), ("aside",),
    ("nav",), ("label", "button", "form"),
)  # fmt: skip
_TAG_GROUP = {tag: index for index, tags in enumerate(_TAG_GROUPS, 1) for tag in tags}
_HEADINGS = (_TAG_GROUP["h1"], _TAG_GROUP["h4"])
_INLINE_GROUP = {"": 0, "a": 1, "b": 2, "strong": 2, "em": 3, "i": 3, "span": 4, "time": 5}
_OTHER_INLINE = 6
_ANCESTORS = ("article", "main", "aside", "nav", "footer", "header", "figure", "blockquote", "ul", "table", "form", "section", "button")  # fmt: skip
_ANCESTOR_BIT = {tag: 1 << index for index, tag in enumerate(_ANCESTORS)} | {
    "figcaption": 1 << _ANCESTORS.index("figure"),
    "ol": 1 << _ANCESTORS.index("ul"),
    "dl": 1 << _ANCESTORS.index("ul"),
}
#: Rows of a list or table are alike by nature; they count as records where they hold more than one block.
_ROWS = frozenset(("p", "li", "td", "th", "tr", "h2", "h3"))
#: Hidden text is no guide to the article's place where as much as this share of the article-like text is
#: shown.
_SHOWN = 0.25
_CLASS_KIND = re.compile(r"\s*[^\d\s]*")
_PLACE_FEATURES = (
    "tag", "inline", "depth", "depth_to_article", "meets_article_at", "steps_up", "steps_down", "in_article", "in_wide_article",
    "hidden", "articles_above", "article_body",
    "share_of_units", "share_of_like", "units_before", "like_before", "position", "article_holds",
    "element_units", "element_links", "element_like", "element_blocks",
    "parent_units", "parent_links", "parent_like", "parent_blocks",
    "grandparent_links", "grandparent_like", "great_grandparent_like",
    "branch_like", "branch_links", "branch_units", "branch_blocks", "branch_dates",
    "same_class_units", "same_class_links", "same_class_like", "same_class_blocks",
    "sibling_units", "sibling_links", "sibling_like", "sibling_blocks",
    "same_path_links", "same_path_like", "same_path_blocks",
    "since_heading", "heading_links", "heading_tag",
    "from_title", "from_first", "to_last", "between_first_and_last", "title_found", "records",
)  # fmt: skip
FEATURES = (
    *TEXT_FEATURES,
    *_PLACE_FEATURES,
    *(f"within_{purpose}" for purpose in PURPOSES),
    *(f"named_{purpose}" for purpose in PURPOSES),
    *(f"in_{tag}" for tag in _ANCESTORS),
)
_TEXT = {name: index for index, name in enumerate(TEXT_FEATURES)}
FEATURE = {name: index for index, name in enumerate(FEATURES)}


class _Tree(NamedTuple):
    """Of each element of an outline (lists indexed by element)."""

    units: list[float]  # in it and all below
    links: list[float]  # units that are linked
    like: list[float]  # units of article-like text
    dates: list[float]
    blocks: list[float]
    path: list[int]  # from the body down to the article's element
    meets: list[int]  # depth at which its ancestors leave `path`
    branch: list[int]  # the ancestor (or itself) that hangs on `path`
    inside: list[bool]  # in the article's element
    inside_wide: list[bool]
    within: list[int]  # purposes of it and its ancestors below `path`
    named: list[int]  # purposes of it and its parent
    ancestors: list[int]
    hidden: list[bool]
    articles: list[int]  # `article` elements it lies in
    marked: list[int]  # as article body
    records: list[int]  # largest number of like siblings among it and its ancestors
    route: list[int]  # number of its path of tags


def block_features(outline: Outline) -> NDArray[np.float32]:
    """Returns the features of a page's blocks, shape (blocks, len(FEATURES))."""
    blocks = outline.blocks
    if not blocks:
        return np.zeros((0, len(FEATURES)), np.float32)
    count = len(blocks)
    rows = np.array(text_rows(blocks, outline.title), np.float64)
    text: dict[str, Column] = dict(zip(TEXT_FEATURES, rows.T, strict=True))
    units, links = text["units"], text["link_share"]
    sentences = (text["end"] == 1) & (units >= _SENTENCE_UNITS) | (units >= _PARAGRAPH_UNITS)
    like = np.where(sentences & (links < _LINKED), units, 0.0) * (1 - text["said_before"])
    own = [block.element for block in blocks]
    hidden = _hidden(outline)
    shown = np.where(_take(hidden, own) > 0, 0.0, like)
    if shown.sum() >= _SHOWN * like.sum():
        like = shown

    tree = _survey(outline, own, units, units * links, like, text["date"], hidden)
    tag = np.array([_TAG_GROUP.get(block.tag, 0) for block in blocks], np.float64)
    inline = np.array([_INLINE_GROUP.get(block.inline, _OTHER_INLINE) for block in blocks], np.float64)
    inline_names = [purposes_of(block.inline_names) if block.inline_names else 0 for block in blocks]
    columns = _places(outline, tree, own, text, like, tag)
    columns["tag"], columns["inline"] = tag, inline

    return np.concatenate(
        [
            rows,
            np.stack([columns[name] for name in _PLACE_FEATURES], 1),
            _bits([tree.within[index] | names for index, names in zip(own, inline_names, strict=True)], len(PURPOSES)),
            _bits([tree.named[index] | names for index, names in zip(own, inline_names, strict=True)], len(PURPOSES)),
            _bits([tree.ancestors[index] for index in own], len(_ANCESTORS)),
        ],
        axis=1,
    ).astype(np.float32).reshape(count, len(FEATURES))  # fmt: skip


def _survey(
    outline: Outline,
    own: list[int],
    units: Column,
    links: Column,
    like: Column,
    dates: Column,
    hidden: list[bool],
) -> _Tree:
    elements = outline.elements
    parents = [element.parent for element in elements]
    sums = [
        _sum_up(parents, np.bincount(own, values, len(elements)).tolist())
        for values in (units, links, like, dates, np.ones(len(own)))
    ]
    path = _descend(parents, sums[2], _MOST)
    wide = _descend(parents, sums[2], _MUCH)
    on_path = set(path)
    size = len(elements)
    meets, branch, within, named = [0] * size, [0] * size, [0] * size, [0] * size
    ancestors, marked, route, records = [0] * size, [0] * size, [0] * size, [1] * size
    articles = [0] * size
    inside, inside_wide = [False] * size, [False] * size
    inside[0], inside_wide[0] = path[-1] == 0, wide[-1] == 0
    routes: dict[tuple[int, str], int] = {}
    held = [index for index in range(1, size) if sums[4][index]]
    kinds = {
        index: (elements[index].parent, elements[index].tag, _kind(elements[index].classes)) for index in held
    }
    twins = Counter(kinds.values())
    purposes = [0] * size
    for index in held:
        element = elements[index]
        parent = element.parent
        purposes[index] = own_purposes = purposes_of(element.names) if element.names else 0
        if index in on_path:
            meets[index], branch[index] = element.depth, index
            # Everything of the page lies in such an element: what its name speaks against is not all of it.
            within[index] = within[parent] | own_purposes & SUPPORTING_BITS
        else:
            meets[index] = meets[parent]
            branch[index] = index if parent in on_path else branch[parent]
            within[index] = within[parent] | own_purposes
        inherited = purposes[parent]
        named[index] = own_purposes | (inherited & SUPPORTING_BITS if parent in on_path else inherited)
        inside[index] = inside[parent] or index == path[-1]
        inside_wide[index] = inside_wide[parent] or index == wide[-1]
        ancestors[index] = ancestors[parent] | _ANCESTOR_BIT.get(element.tag, 0)
        marked[index] = marked[parent] | element.article_body
        articles[index] = articles[parent] + (element.tag == "article")
        row = element.tag in _ROWS and sums[4][index] <= 1
        records[index] = max(records[parent], 1 if row else twins[kinds[index]])
        route[index] = routes.setdefault((route[parent], element.tag), len(routes) + 1)
    in_units, in_links, in_like, in_dates, in_blocks = sums
    return _Tree(
        in_units, in_links, in_like, in_dates, in_blocks, path, meets, branch, inside, inside_wide, within, named,
        ancestors, hidden, articles, marked, records, route,
    )  # fmt: skip


def _hidden(outline: Outline) -> list[bool]:
    """Returns for each element whether it, or one around it, is hidden at first."""
    hidden = [False]
    for element in outline.elements[1:]:
        hidden.append(hidden[element.parent] or element.hidden)
    return hidden


def _kind(classes: str) -> str:
    """Returns the first class name without its number: `post` of `post-7816 type-post`."""
    found = _CLASS_KIND.match(classes)
    return found[0] if found else ""


def _sum_up(parents: Sequence[int], values: list[float]) -> list[float]:
    """Returns for each element the sum of the values of it and all below it."""
    for index in range(len(values) - 1, 0, -1):
        values[parents[index]] += values[index]
    return values


def _descend(parents: Sequence[int], mass: Sequence[float], share: float) -> list[int]:
    """Returns the elements from the body down to the last that holds `share` of its parent's mass."""
    heaviest: dict[int, int] = {}
    for index in range(1, len(parents)):
        parent = parents[index]
        if mass[index] > 0 and (parent not in heaviest or mass[index] > mass[heaviest[parent]]):
            heaviest[parent] = index
    path = [0]
    while (child := heaviest.get(path[-1])) is not None and mass[child] >= share * mass[path[-1]]:
        path.append(child)
    return path


def _places(
    outline: Outline, tree: _Tree, own: list[int], text: dict[str, Column], like: Column, tag: Column
) -> dict[str, Column]:
    elements, count = outline.elements, len(own)
    units, linked = text["units"], text["units"] * text["link_share"]
    all_units, all_like = max(units.sum(), 1.0), max(like.sum(), 1e-9)
    index = np.arange(count, dtype=np.float64)
    depth = _take([element.depth for element in elements], own)
    parent = [max(elements[i].parent, 0) for i in own]
    grandparent = [max(elements[i].parent, 0) for i in parent]
    great_grandparent = [max(elements[i].parent, 0) for i in grandparent]
    branch = [tree.branch[i] for i in own]
    meets = _take(tree.meets, own)
    inside = _take(tree.inside, own)
    article_depth = elements[tree.path[-1]].depth
    columns = {
        "depth": depth,
        "depth_to_article": depth - article_depth,
        "meets_article_at": meets,
        "steps_up": article_depth - meets,
        "steps_down": depth - meets,
        "in_article": inside,
        "in_wide_article": _take(tree.inside_wide, own),
        "hidden": _take(tree.hidden, own),
        "articles_above": _take(tree.articles, own),
        "article_body": _take(tree.marked, own),
        "share_of_units": units / all_units,
        "share_of_like": like / all_like,
        "units_before": (np.cumsum(units) - units) / all_units,
        "like_before": (np.cumsum(like) - like) / all_like,
        "position": index / count,
        "article_holds": np.full(count, tree.like[tree.path[-1]] / all_like),
        "records": _take(tree.records, own),
    }
    for name, at in (("element", own), ("parent", parent), ("grandparent", grandparent), ("branch", branch)):
        held = _take(tree.units, at)
        columns[f"{name}_units"] = held / all_units if name == "parent" else held
        columns[f"{name}_links"] = _take(tree.links, at) / np.maximum(held, 1e-9)
        columns[f"{name}_like"] = _take(tree.like, at) / all_like
        columns[f"{name}_blocks"] = _take(tree.blocks, at)
    columns["branch_dates"] = _take(tree.dates, branch) / np.maximum(columns["branch_blocks"], 1)
    columns["great_grandparent_like"] = _take(tree.like, great_grandparent) / all_like
    for name, keys in (
        ("same_class", [(tree.route[i], elements[i].classes) for i in own]),
        ("sibling", [(p, elements[i].tag) for p, i in zip(parent, own, strict=True)]),
        ("same_path", [tree.route[i] for i in own]),
    ):
        group = _groups(keys)
        in_group = np.bincount(group, units)
        columns[f"{name}_units"] = (in_group / all_units)[group]
        columns[f"{name}_links"] = (np.bincount(group, linked) / np.maximum(in_group, 1e-9))[group]
        columns[f"{name}_like"] = (np.bincount(group, like) / all_like)[group]
        columns[f"{name}_blocks"] = np.bincount(group)[group].astype(np.float64)
    heading = (tag >= _HEADINGS[0]) & (tag <= _HEADINGS[1])
    last_heading = np.maximum.accumulate(np.where(heading, index, -1)).astype(np.int64)
    headed = last_heading >= 0
    columns["since_heading"] = np.where(headed, np.minimum(index - last_heading, 50), 50)
    columns["heading_links"] = np.where(headed, text["link_share"][last_heading], -1)
    columns["heading_tag"] = np.where(headed, tag[last_heading], 0)
    found = text["in_title"] * text["of_title"]
    first_h1 = int(np.argmax(tag == _HEADINGS[0]))
    title = int(np.argmax(found)) if found.max() > 0.25 else first_h1
    in_article = np.flatnonzero((like > 0) & (inside > 0))
    first, last = (in_article[0], in_article[-1]) if len(in_article) else (0, count - 1)
    columns["title_found"] = np.full(count, found.max())
    columns["from_title"] = np.clip(index - title, -50, 200)
    columns["from_first"] = np.clip(index - first, -50, 200)
    columns["to_last"] = np.clip(last - index, -100, 200)
    columns["between_first_and_last"] = np.clip((index - first) / max(1, last - first), -2, 3)
    return columns


def _take(values: Sequence[float], indices: Sequence[int]) -> Column:
    return np.array([values[index] for index in indices], np.float64)


def _groups(keys: Iterable[object]) -> NDArray[np.int64]:
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)


def _bits(values: Sequence[int], count: int) -> Column:
    return ((np.array(values, np.int64)[:, None] >> np.arange(count)) & 1).astype(np.float64)
