"""Judge: which blocks of a page are its article.

Regions that hold none are set aside; learned trees decide on the other blocks; of those that they keep, the
rules for dumps drop what is no article's text by its words. A page whose kept blocks are too few and too
doubtful, or stand below one linked headline after another, holds no article.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser

from schemas.block import Block, DropReason, Judged
from transforms.blocks.features import FEATURE, FEATURES, block_features
from transforms.blocks.outline import Outline, outline_page
from transforms.blocks.reasons import boilerplate_said, reason_of
from transforms.blocks.regions import regions_of
from transforms.dump.attribution import agency_in
from transforms.dump.lines import shape_of
from transforms.dump.phrases import shipped
from transforms.dump.rules import apply_rules
from transforms.html_limits import cap_tags
from transforms.trees import Trees, shipped_trees

#: Trained by `training/train_pages.py`.
MODEL = "pages.npz"
#: Blocks of at least this probability are kept: on the plateau of the mean page F1, cross-validated by site.
KEEP = 0.4
#: A page holds an article if the words of its kept blocks, each times its probability, come to this.
MIN_WORDS = 12.0
#: A page is a list of articles if so many linked headlines, with so many kept blocks below each on average,
#: hold this share of its kept words.
_LISTED, _LISTED_BLOCKS, _LISTED_SHARE = 3, 1.5, 0.8
_LINKED = 0.8
#: A block of at most so many characters may be known by a phrase in it.
_PHRASE_CHARACTERS = 300
#: Cells of one row of a table make one line.
_CELLS = ("td", "th")
#: What stands in these is no label, however short.
_ITEMS = frozenset(("li", "dt", "dd", *_CELLS))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """A page and what was decided of its blocks.

    Attributes:
        outline: The page.
        regions: By block, the reason to drop it that its region gives; None for those that were judged.
        features: (judged blocks, features) See `transforms.blocks.features`.
        scores: (judged blocks) From 0 to 1: that it belongs to the article.
        ruled_out: Index of a judged block that the rules drop → why.
        has_article: Whether the page holds one at all.
    """

    outline: Outline
    regions: tuple[DropReason | None, ...]
    features: NDArray[np.float32]
    scores: NDArray[np.float64]
    ruled_out: Mapping[int, DropReason]
    has_article: bool

    @property
    def text(self) -> str:
        """Paragraphs, headings, items of lists and rows of tables, parted by a line feed; may be empty."""
        if not self.has_article:
            return ""
        blocks, elements = self.outline.blocks, self.outline.elements
        inner = [block for block, region in zip(blocks, self.regions, strict=True) if region is None]
        lines: list[str] = []
        row = -1
        for index in kept_blocks(self.scores, self.ruled_out):
            block = inner[index]
            parent = elements[block.element].parent if block.tag in _CELLS else -1
            if parent >= 0 and parent == row:
                lines[-1] += " " + block.text
            else:
                lines.append(block.text)
            row = parent
        return "\n".join(lines)

    @property
    def visible_chars(self) -> int:
        """Characters of text on the page, with all that was dropped; not counting white space."""
        return sum(len(block.text) - block.text.count(" ") for block in self.outline.blocks)

    @property
    def judged(self) -> tuple[Judged, ...]:
        """Every block of the page, in its order, with the reason if it was dropped."""
        rows = iter(range(len(self.scores)))
        blocks = zip(self.outline.blocks, self.regions, strict=True)
        return tuple(
            self._judged(block, next(rows))
            if region is None
            else Judged(block, 0.0, boilerplate_said(block.text) or region)
            for block, region in blocks
        )

    def _judged(self, block: Block, index: int) -> Judged:
        score = float(self.scores[index])
        if score < KEEP:
            return Judged(block, score, reason_of(block, self.outline.elements, self.features[index]))
        return Judged(
            block, score, self.ruled_out.get(index, None if self.has_article else DropReason.NO_ARTICLE)
        )


def parse_html(html: str) -> LexborHTMLParser:
    """Returns the tree of a page, of its beginning where the page is too long or nested too deep."""
    return LexborHTMLParser(cap_tags(html))


def extract_article(html: str) -> JudgedPage:
    """Finds the article of a page."""
    return judge_page(outline_page(parse_html(html)), shipped_trees(MODEL, FEATURES))


def judge_page(outline: Outline, trees: Trees) -> JudgedPage:
    """Decides of each block of a page whether it belongs to the article."""
    regions = regions_of(outline)
    inner = inner_outline(outline, regions)
    features = block_features(inner)
    scores = trees.probability(features)
    ruled_out = rule_out(inner.blocks, scores)
    kept = kept_blocks(scores, ruled_out)
    words = scores * features[:, FEATURE["units"]]
    has_article = float(words[kept].sum()) >= MIN_WORDS and not _is_listing(inner.blocks, kept, words)
    return JudgedPage(outline, tuple(regions), features, scores, ruled_out, has_article)


def rule_out(blocks: Sequence[Block], scores: NDArray[np.float64]) -> dict[int, DropReason]:
    """Returns which of the blocks that the trees keep are no text of the article all the same, and why.

    The rules are asked where a phrase names boilerplate; elsewhere they bring nothing that can be measured.
    The signature of an agency stays: it tells where the article came from, and who reads that cuts it.

    Args:
        blocks: Those that the trees judged.
        scores: (blocks) What they gave.
    """
    kept = kept_blocks(scores, {})
    short = [blocks[index].text for index in kept if len(blocks[index].text) <= _PHRASE_CHARACTERS]
    phrases = shipped()
    if not any(said.reason or said.suspect for said in map(phrases.say, map(shape_of, short))):
        return {}
    shapes = [shape_of(blocks[index].text) for index in kept]
    shapes = [
        replace(shape, bullet=True) if blocks[index].tag in _ITEMS else shape
        for index, shape in zip(kept, shapes, strict=True)
    ]
    said = list(map(phrases.say, shapes))
    reasons = apply_rules(shapes, said, "").reasons
    return {
        index: reason
        for index, reason in zip(kept, reasons, strict=True)
        if reason and not (reason is DropReason.CREDIT and agency_in(blocks[index].text))
    }


def kept_blocks(scores: NDArray[np.float64], ruled_out: Mapping[int, DropReason]) -> list[int]:
    """Returns the indexes of the judged blocks that are kept."""
    return [index for index in np.flatnonzero(scores >= KEEP).tolist() if index not in ruled_out]


def _is_listing(blocks: Sequence[Block], kept: Sequence[int], words: NDArray[np.float64]) -> bool:
    """Whether what is kept introduces other articles, as on front pages: pieces below linked headlines."""
    headline, wanted = -1, set(kept)
    headlines: set[int] = set()
    listed: list[int] = []
    for index, block in enumerate(blocks):
        if block.tag in _HEADINGS:
            headline = index if block.link_chars >= _LINKED * len(block.text) else -1
        elif index in wanted and headline >= 0:
            headlines.add(headline)
            listed.append(index)
    few = len(headlines) >= _LISTED and len(listed) <= _LISTED_BLOCKS * len(headlines)
    return bool(few and words[listed].sum() >= _LISTED_SHARE * words[kept].sum())


def inner_outline(outline: Outline, regions: list[DropReason | None]) -> Outline:
    """Returns the outline without the blocks of regions that hold no article, as the trees see it."""
    blocks = zip(outline.blocks, regions, strict=True)
    return replace(outline, blocks=tuple([block for block, region in blocks if region is None]))
