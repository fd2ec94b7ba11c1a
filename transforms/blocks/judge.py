"""Judge: which blocks of a page are its article.

Regions that hold none are set aside; learned trees decide on the other blocks. A page
whose kept blocks are too few and too doubtful holds no article.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from selectolax.lexbor import LexborHTMLParser

from schemas.block import Block, DropReason, Judged
from transforms.blocks.features import FEATURE, FEATURES, block_features
from transforms.blocks.outline import Outline, outline_page
from transforms.blocks.reasons import boilerplate_said, reason_of
from transforms.blocks.regions import regions_of
from transforms.html_limits import cap_tags
from transforms.trees import Trees, shipped_trees

#: Trained by `training/train_pages.py`.
MODEL = "pages.npz"
#: Blocks of at least this probability are kept: on the plateau of the mean page F1, cross-validated by site.
KEEP = 0.4
#: A page holds an article if the words of its kept blocks, each times its probability, come to this.
MIN_WORDS = 20.0
#: Cells of one row of a table make one line.
_CELLS = ("td", "th")


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """A page and what was decided of its blocks.

    Attributes:
        outline: The page.
        regions: By block, the reason to drop it that its region gives; None for those that were judged.
        features: (judged blocks, features) See `transforms.blocks.features`.
        scores: (judged blocks) From 0 to 1: that it belongs to the article.
        has_article: Whether the page holds one at all.
    """

    outline: Outline
    regions: tuple[DropReason | None, ...]
    features: NDArray[np.float32]
    scores: NDArray[np.float64]
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
        for block, score in zip(inner, self.scores.tolist(), strict=True):
            if score < KEEP:
                continue
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
        rows = zip(self.features, self.scores.tolist(), strict=True)
        blocks = zip(self.outline.blocks, self.regions, strict=True)
        return tuple(
            self._judged(block, *next(rows))
            if region is None
            else Judged(block, 0.0, boilerplate_said(block.text) or region)
            for block, region in blocks
        )

    def _judged(self, block: Block, features: NDArray[np.float32], score: float) -> Judged:
        if score < KEEP:
            return Judged(block, score, reason_of(block, self.outline.elements, features))
        return Judged(block, score, None if self.has_article else DropReason.NO_ARTICLE)


def parse_html(html: str) -> LexborHTMLParser:
    """Returns the tree of a page, of its beginning where the page is too long or nested too deep."""
    return LexborHTMLParser(cap_tags(html))


def extract_article(html: str) -> JudgedPage:
    """Finds the article of a page."""
    return judge_page(outline_page(parse_html(html)), shipped_trees(MODEL, FEATURES))


def judge_page(outline: Outline, trees: Trees) -> JudgedPage:
    """Decides of each block of a page whether it belongs to the article."""
    regions = regions_of(outline)
    features = block_features(inner_outline(outline, regions))
    scores = trees.probability(features)
    words = float((scores * features[:, FEATURE["units"]])[scores >= KEEP].sum())
    return JudgedPage(outline, tuple(regions), features, scores, words >= MIN_WORDS)


def inner_outline(outline: Outline, regions: list[DropReason | None]) -> Outline:
    """Returns the outline without the blocks of regions that hold no article, as the trees see it."""
    blocks = zip(outline.blocks, regions, strict=True)
    return replace(outline, blocks=tuple([block for block, region in blocks if region is None]))
